import Files
import Glibc

extension NetworkInterface {
  // MARK: - Choosing

  /// The interfaces of this laptop that are up, have a carrier and an IPv4 address, each once, in order of
  /// preference.
  public static func all() -> [NetworkInterface] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0, let list else { return [] }
    defer { freeifaddrs(list) }
    var found: [NetworkInterface] = []
    for entry in sequence(first: list, next: { $0.pointee.ifa_next }) {
      let flags = Int32(bitPattern: entry.pointee.ifa_flags)
      guard flags & Int32(IFF_UP) != 0, flags & Int32(IFF_RUNNING) != 0, let name = entry.pointee.ifa_name,
        let socketAddress = entry.pointee.ifa_addr, socketAddress.pointee.sa_family == sa_family_t(AF_INET)
      else { continue }
      let address = socketAddress.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_addr }
      // The name of a second address has a label behind a colon, which is not part of the interface's name.
      let label = String(cString: name)
      let interface = NetworkInterface(
        name: String(label.prefix { $0 != ":" }), address: dotted(address),
        isLoopback: flags & Int32(IFF_LOOPBACK) != 0)
      if !found.contains(where: { $0.name == interface.name }) { found.append(interface) }
    }
    return found.sorted { ($0.kind.rank, $0.name) < ($1.kind.rank, $1.name) }
  }

  /// Chooses the interface of this name, or without a name the interface on which a phone is most likely: a
  /// hotspot of this laptop, then a wireless network, then a wired one. Networks of containers and machines
  /// inside this laptop, tunnels and the laptop's own loopback are chosen by name only.
  /// - Throws: `noNetwork`, `unknownInterface`.
  public static func choose(named name: String? = nil) throws(CompanionError) -> NetworkInterface {
    try choose(among: all(), named: name)
  }

  static func choose(among all: [NetworkInterface], named name: String?) throws(CompanionError)
    -> NetworkInterface
  {
    if let name {
      guard let named = all.first(where: { $0.name == name }) else {
        throw .unknownInterface(name, all.map(\.name))
      }
      return named
    }
    let reachable = all.filter { interface in
      switch interface.kind {
      // An address of this range means that no network assigned one (RFC 3927).
      case .hotspot, .wireless, .wired: !interface.address.hasPrefix("169.254.")
      case .other, .loopback: false
      }
    }
    guard let best = reachable.min(by: { ($0.kind.rank, $0.name) < ($1.kind.rank, $1.name) }) else {
      throw .noNetwork
    }
    return best
  }

  // MARK: - Telling them apart

  private init(name: String, address: String, isLoopback: Bool) {
    let folder = FilePath("/sys/class/net").appending(FilePath(name))
    self.init(
      name: name, address: address, isLoopback: isLoopback,
      isWireless: folder.appending("wireless").kind != nil || folder.appending("phy80211").kind != nil,
      isDevice: folder.appending("device").kind != nil)
  }

  /// - Parameters:
  ///   - isDevice: whether the interface belongs to a device, not to a program of this laptop.
  init(name: String, address: String, isLoopback: Bool, isWireless: Bool, isDevice: Bool) {
    let isWithin = ["docker", "veth", "virbr", "br-", "vmnet", "vboxnet", "lxc", "lxd", "tun", "tap", "wg"]
      .contains { name.hasPrefix($0) }
    let kind: Kind =
      if isLoopback {
        .loopback
      } else if isWithin {
        .other
      } else if isWireless {
        // In somebody else's wireless network the first address usually belongs to the access point;
        // NetworkManager gives a hotspot of this laptop 10.42.N.1.
        address.hasSuffix(".1") ? .hotspot : .wireless
      } else if isDevice || name.hasPrefix("en") || name.hasPrefix("eth") || name.hasPrefix("usb") {
        .wired
      } else {
        .other
      }
    self.init(name: name, address: address, kind: kind)
  }

  private static func dotted(_ address: in_addr) -> String {
    let value = UInt32(bigEndian: address.s_addr)
    return [24, 16, 8, 0].map { String(value >> $0 & 0xFF) }.joined(separator: ".")
  }
}

extension NetworkInterface.Kind {
  fileprivate var rank: Int {
    switch self {
    case .hotspot: 0
    case .wireless: 1
    case .wired: 2
    case .other: 3
    case .loopback: 4
    }
  }
}
