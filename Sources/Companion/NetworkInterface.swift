/// A network interface of this laptop with an address that phones can reach.
public struct NetworkInterface: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, Encodable { case wireless, hotspot, wired, other, loopback }

  /// The name of the interface, for example `wlp2s0`.
  public let name: String
  /// The IPv4 address in dotted form.
  public let address: String
  public let kind: Kind

  public init(name: String, address: String, kind: Kind) {
    self.name = name
    self.address = address
    self.kind = kind
  }
}
