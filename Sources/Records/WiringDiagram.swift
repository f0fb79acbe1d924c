/// The wiring of a scheme: its devices, and the wires between their terminals.
public struct WiringDiagram: Hashable, Sendable, Codable {
  public struct Device: Hashable, Sendable, Codable {
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
      case supply, breaker, residualCurrentDevice, contactor, fuse, snubber, module, welder
      case hallSensor, currentTransformer, antenna, sealSwitch, earth

      /// Whether a diagram without such a device is incomplete.
      public var isRequired: Bool {
        switch self {
        case .supply, .breaker, .contactor, .module, .welder, .earth: true
        default: false
        }
      }
    }

    /// The designation, such as `QF1`: a letter, then letters and digits.
    public var id: String
    public var kind: Kind
    /// The marks of the terminals; see `schemes/README.md` for those of each kind.
    public var terminals: [String]
    /// The rated current of a breaker, a contactor or a fuse, amperes; other devices need none.
    public var amps: Double?
    /// The residual current at which a residual-current device trips, milliamperes.
    public var residualMilliamps: Double?
  }

  /// The insulation of a wire, or the cable that it is in.
  public enum Colour: String, Hashable, Sendable, Codable, CaseIterable {
    case yellow, green, red, lightBlue, yellowGreen, black, white
    /// A cable with an inner conductor, which has no cross-section of its own here.
    case coaxial
  }

  public struct Wire: Hashable, Sendable, Codable {
    /// The terminal at one end, such as `QF1:2`.
    public var from: String
    /// The terminal at the other end.
    public var to: String
    /// The cross-section of the conductor; nil only for a coaxial cable.
    public var squareMillimetres: Double?
    public var colour: Colour
  }

  public var devices: [Device]
  /// The wires; their numbers on the drawing are their places in this list, from 1.
  public var wires: [Wire]

  public func device(_ kind: Device.Kind) -> Device? { devices.first { $0.kind == kind } }

  /// The device and the mark of a terminal such as `QF1:2`; nil for a text of another form.
  public static func parts(of terminal: String) -> (device: String, mark: String)? {
    let parts = terminal.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    return (String(parts[0]), String(parts[1]))
  }
}

// MARK: - Judging

extension WiringDiagram {
  public enum Fault: Error, Hashable, Sendable {
    case missing, empty, duplicate, notAChoice, outOfRange
    /// There is no device or no terminal of this name.
    case noSuchName
    /// No wire leads to the terminal.
    case unconnected
    /// The rating or the cross-section is not the one in the scheme's `ratings`.
    case otherRating
  }

  /// The maximum number of devices.
  public static let maxDevices = 20
  /// The maximum number of wires.
  public static let maxWires = 60

  /// The first fault, with its place below the diagram, such as `wires[3].to`; nil where there is none.
  public func fault(against ratings: InstallationScheme.Ratings) -> (path: String, fault: Fault)? {
    faultOfDevices(ratings) ?? faultOfWires(ratings) ?? unconnectedTerminal
  }

  private func faultOfDevices(_ ratings: InstallationScheme.Ratings) -> (path: String, fault: Fault)? {
    guard (1...Self.maxDevices).contains(devices.count) else { return ("devices", .outOfRange) }
    for (index, device) in devices.enumerated() {
      let path = "devices[\(index)]"
      let isName =
        device.id.utf8.first.map { (65...90).contains($0) } == true
        && device.id.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) }
        && device.id.utf8.count <= 6
      if !isName { return ("\(path).id", .notAChoice) }
      if devices[..<index].contains(where: { $0.id == device.id }) { return ("\(path).id", .duplicate) }
      // Each kind has one place on the drawing.
      if devices[..<index].contains(where: { $0.kind == device.kind }) { return ("\(path).kind", .duplicate) }
      if let fault = faultOfTerminals(device) { return ("\(path).terminals", fault) }
      let rating: Double? =
        switch device.kind {
        case .breaker: ratings.breakerAmps
        case .contactor: ratings.relayAmps
        default: nil
        }
      if let rating, device.amps != rating {
        return ("\(path).amps", device.amps == nil ? .missing : .otherRating)
      }
      if device.kind == .fuse, device.amps == nil { return ("\(path).amps", .missing) }
      if let amps = device.amps, !(amps > 0 && amps <= 10_000) { return ("\(path).amps", .outOfRange) }
      if device.kind == .residualCurrentDevice, device.residualMilliamps == nil {
        return ("\(path).residualMilliamps", .missing)
      }
      if let trips = device.residualMilliamps, !(trips > 0 && trips <= 1_000) {
        return ("\(path).residualMilliamps", .outOfRange)
      }
    }
    for kind in Device.Kind.allCases where kind.isRequired && device(kind) == nil {
      return ("devices", .missing)
    }
    if device(.hallSensor) != nil, device(.currentTransformer) != nil { return ("devices", .duplicate) }
    return nil
  }

  /// The number of conductors that are switched, 1 to 3.
  public var poles: Int { max(0, (device(.supply)?.terminals.count ?? 1) - 1) }

  private func faultOfTerminals(_ device: Device) -> Fault? {
    let marks = device.terminals
    let isPlain = marks.allSatisfy {
      (1...5).contains($0.utf8.count) && $0.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 58 }
    }
    if marks.isEmpty { return .empty }
    if !isPlain { return .notAChoice }
    if Set(marks).count != marks.count { return .duplicate }
    let numbers = (1...max(1, 2 * poles)).map(String.init)
    let supply = self.device(.supply)?.terminals ?? []
    let expected: [String]? =
      switch device.kind {
      case .supply, .module: nil
      case .breaker, .residualCurrentDevice: numbers
      case .contactor: numbers + ["A1", "A2", "13", "14", "PE"]
      case .fuse, .snubber, .sealSwitch: ["1", "2"]
      case .welder: Array(supply + marks.dropFirst(supply.count))
      case .hallSensor: ["+", "O", "-"]
      case .currentTransformer: ["k", "l"]
      case .antenna: ["1"]
      case .earth: ["PE"]
      }
    switch device.kind {
    case .supply where marks.last != "PE" || !(2...4).contains(marks.count): return .notAChoice
    case .welder where marks.count != supply.count + 2: return .notAChoice
    case .module where !marks.contains("PE") || marks.count > 16: return .notAChoice
    default: return expected.map { $0 == marks } == false ? .notAChoice : nil
    }
  }

  private func faultOfWires(_ ratings: InstallationScheme.Ratings) -> (path: String, fault: Fault)? {
    guard (1...Self.maxWires).contains(wires.count) else { return ("wires", .outOfRange) }
    var known: Set<Set<String>> = []
    for (index, wire) in wires.enumerated() {
      let path = "wires[\(index)]"
      for (name, end) in [("from", wire.from), ("to", wire.to)] {
        guard let (id, mark) = Self.parts(of: end),
          devices.first(where: { $0.id == id })?.terminals.contains(mark) == true
        else { return ("\(path).\(name)", .noSuchName) }
      }
      if wire.from == wire.to { return ("\(path).to", .duplicate) }
      if !known.insert([wire.from, wire.to]).inserted { return (path, .duplicate) }
      guard let size = wire.squareMillimetres else {
        if wire.colour == .coaxial { continue }
        return ("\(path).squareMillimetres", .missing)
      }
      if !(size > 0 && size <= 1_000) { return ("\(path).squareMillimetres", .outOfRange) }
      if isOfMainCircuit(wire), size != ratings.cableSquareMillimetres {
        return ("\(path).squareMillimetres", .otherRating)
      }
    }
    return nil
  }

  /// Whether a wire carries the welder's current.
  public func isOfMainCircuit(_ wire: Wire) -> Bool {
    [wire.from, wire.to].allSatisfy { end in
      guard let (id, mark) = Self.parts(of: end), let kind = devices.first(where: { $0.id == id })?.kind else {
        return false
      }
      switch kind {
      case .supply, .welder: return mark != "PE"
      case .breaker, .residualCurrentDevice: return true
      case .contactor: return (Int(mark) ?? 13) <= 2 * poles
      default: return false
      }
    }
  }

  /// The first terminal without a wire, as the fault of its device. The outputs of the welder do not count,
  /// because the welding cables are connected to them.
  private var unconnectedTerminal: (path: String, fault: Fault)? {
    let ends = Set(wires.flatMap { [$0.from, $0.to] })
    let inputs = device(.supply)?.terminals ?? []
    for (index, device) in devices.enumerated() {
      let marks = device.kind == .welder ? inputs : device.terminals
      if !marks.allSatisfy({ ends.contains("\(device.id):\($0)") }) {
        return ("devices[\(index)].terminals", .unconnected)
      }
    }
    return nil
  }
}
