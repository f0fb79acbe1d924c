public import FoundationEssentials

/// What the program that executes the module's microcontroller is told on its standard input, as JSON.
public struct ChipOrder: Codable, Sendable {
  /// Bytes that are in the flash, the rest being blank.
  public struct Segment: Codable, Sendable {
    public var address: UInt32
    /// Base64 in the JSON.
    public var bytes: Data

    public init(address: UInt32, bytes: Data) {
      self.address = address
      self.bytes = bytes
    }
  }

  public enum Defect: Error, Hashable {
    case fault
    case segment
  }

  /// Bits a second; nil for as fast as the pty is.
  public var wireSpeed: Int?
  /// As `ModuleBenchFault` spells it.
  public var fault: String?
  public var world: World
  /// 12 bytes.
  public var uniqueID: Data
  public var segments: [Segment]
  /// Protected from writing once the segments are in; firmware that has run once protects its boot block's.
  public var protectedSectors: [Int] = []
  /// Each way, in microseconds.
  public var adapterLatency = 0
  /// As `ModuleBench.Configuration` has them.
  public var adapterLimit: Int?
  public var oscillatorError = 0

  public init(wireSpeed: Int?, fault: String?, world: World, uniqueID: Data, segments: [Segment]) {
    self.wireSpeed = wireSpeed
    self.fault = fault
    self.world = world
    self.uniqueID = uniqueID
    self.segments = segments
  }

  /// - Throws: `Defect`.
  public func configuration() throws -> ModuleBench.Configuration {
    var configuration = ModuleBench.Configuration(wireSpeed: wireSpeed, uniqueID: Array(uniqueID))
    if let fault {
      guard let known = ModuleBenchFault(fault) else { throw Defect.fault }
      configuration.fault = known
    }
    configuration.surroundings = Surroundings(world)
    configuration.adapterLatency = .microseconds(adapterLatency)
    configuration.adapterLimit = adapterLimit
    configuration.oscillatorError = oscillatorError
    for segment in segments {
      guard configuration.flash.program(segment.address, Array(segment.bytes)) else { throw Defect.segment }
    }
    for sector in protectedSectors { configuration.flash.protect(sector: sector) }
    return configuration
  }
}
