/// The slots of a station with their ports, from a file that a person wrote or from the adapters that are
/// plugged in.
///
/// The file is JSON: `{"slots": [{"name": "A1", "port": "/dev/serial/by-path/…"}, …]}`. A port without a slash
/// is a name in `/dev/serial/by-path`, which stays with the USB socket whatever is plugged into it.
public struct StationSlots: Hashable, Sendable {
  public struct Slot: Hashable, Sendable, Codable {
    /// The slot's name, 1 to 12 characters, different from all others.
    public var name: String
    /// The port's path.
    public var port: String

    public init(name: String, port: String) {
      self.name = name
      self.port = port
    }
  }

  /// Range of the number of slots of a station.
  public static let counts = 1...64
  public static let nameLengths = 1...12

  public let slots: [Slot]

  /// - Throws: `document`.
  public init(path: String) throws(ProvisionError) {
    let file = try DocumentFile(path: path)
    try file.refuseUnknownFields(["slots"])
    try file.refuseUnknownFields(["name", "port"], inEach: "slots")
    let given = try file.decode(Document.self).slots
    guard Self.counts.contains(given.count) else { throw file.fault("slots", .outOfRange) }
    var slots: [Slot] = []
    for (index, slot) in given.enumerated() {
      guard Self.nameLengths.contains(slot.name.count) else {
        throw file.fault("slots[\(index)].name", .outOfRange)
      }
      guard !slot.port.isEmpty else { throw file.fault("slots[\(index)].port", .empty) }
      var slot = slot
      if !slot.port.contains("/") { slot.port = "/dev/serial/by-path/\(slot.port)" }
      if slots.contains(where: { $0.name == slot.name }) {
        throw file.fault("slots[\(index)].name", .duplicate)
      }
      if slots.contains(where: { $0.port == slot.port }) {
        throw file.fault("slots[\(index)].port", .duplicate)
      }
      slots.append(slot)
    }
    self.slots = slots
  }

  /// Makes a slot for each USB adapter that is plugged in, numbered in order.
  public init(_ ports: [PortInfo]) {
    slots = ports.filter { $0.usb != nil }.prefix(Self.counts.upperBound).enumerated().map { number, port in
      Slot(name: "\(number + 1)", port: port.byPath ?? port.path)
    }
  }

  private struct Document: Decodable { var slots: [Slot] }
}
