/// A network interface of this laptop with an address that phones can reach.
public struct NetworkInterface: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, Encodable { case wireless, hotspot, wired, other, loopback }

  /// For example `wlp2s0`.
  public let name: String
  /// IPv4, dotted.
  public let address: String
  public let kind: Kind

  public init(name: String, address: String, kind: Kind) {
    self.name = name
    self.address = address
    self.kind = kind
  }
}
