public import FoundationEssentials

/// The instructions for the program that executes the module's microcontroller, as JSON on its standard input.
public struct ChipOrder: Codable, Sendable {
  /// Bytes that are in the flash at the start; the rest is blank.
  public struct Segment: Codable, Sendable {
    public var address: UInt32
    /// The bytes, as base64 in the JSON.
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

  /// Baud rate of the wire, bits a second; nil for no limit.
  public var wireBaudRate: Int?
  /// The fault, written as in `ModuleBenchFault`.
  public var fault: String?
  public var world: World
  /// The chip's unique id, 12 bytes.
  public var uniqueID: Data
  public var segments: [Segment]
  /// Indices of the sectors that are write-protected once the segments are loaded; firmware that has run once
  /// protects the sectors of its boot block.
  public var protectedSectors: [Int] = []
  /// Time that a byte spends within laptop and adapter in each direction, microseconds.
  public var adapterLatency = 0
  /// Baud rate above which the adapter drops bytes, bits a second; nil for no limit.
  public var maxAdapterBaudRate: Int?
  /// Error of the chip's oscillator, parts per million, -50,000 to 50,000.
  public var oscillatorError = 0

  public init(wireBaudRate: Int?, fault: String?, world: World, uniqueID: Data, segments: [Segment]) {
    self.wireBaudRate = wireBaudRate
    self.fault = fault
    self.world = world
    self.uniqueID = uniqueID
    self.segments = segments
  }

  /// Reads an order from JSON.
  /// - Throws: `UnknownField`, `DecodingError`.
  public init(from decoder: any Decoder) throws {
    try decoder.refuseFields(besides: CodingKeys.self)
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    wireBaudRate = try fields.decodeIfPresent(Int.self, forKey: .wireBaudRate)
    fault = try fields.decodeIfPresent(String.self, forKey: .fault)
    world = try fields.decode(World.self, forKey: .world)
    uniqueID = try fields.decode(Data.self, forKey: .uniqueID)
    segments = try fields.decode([Segment].self, forKey: .segments)
    protectedSectors = try fields.decodeIfPresent([Int].self, forKey: .protectedSectors) ?? []
    adapterLatency = try fields.decodeIfPresent(Int.self, forKey: .adapterLatency) ?? 0
    maxAdapterBaudRate = try fields.decodeIfPresent(Int.self, forKey: .maxAdapterBaudRate)
    oscillatorError = try fields.decodeIfPresent(Int.self, forKey: .oscillatorError) ?? 0
  }

  /// Makes the configuration of a bench from the order.
  /// - Throws: `Defect`.
  public func configuration() throws -> ModuleBench.Configuration {
    var configuration = ModuleBench.Configuration(wireBaudRate: wireBaudRate, uniqueID: Array(uniqueID))
    if let fault {
      guard let known = ModuleBenchFault(fault) else { throw Defect.fault }
      configuration.fault = known
    }
    configuration.surroundings = Surroundings(world)
    configuration.adapterLatency = .microseconds(adapterLatency)
    configuration.maxAdapterBaudRate = maxAdapterBaudRate
    configuration.oscillatorError = oscillatorError
    for segment in segments {
      guard configuration.flash.program(segment.address, Array(segment.bytes)) else { throw Defect.segment }
    }
    for sector in protectedSectors { configuration.flash.protect(sector: sector) }
    return configuration
  }
}
