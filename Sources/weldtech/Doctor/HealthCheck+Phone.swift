import Companion
import Terminal

extension HealthCheck {
  /// The file in which Debian's firewall says whether it is on.
  private static let firewallFile = "/etc/ufw/ufw.conf"

  /// Checks whether a phone can reach the page that `--phone` serves, and whether a firewall is on.
  mutating func checkPhone() {
    guard let interface = try? NetworkInterface.choose(named: nil) else {
      return note(.warning, HealthFinding.noPhoneNetwork.failure)
    }
    let settings = (try? workplace.read(Self.firewallFile, atMost: 1 << 16)).map {
      String(decoding: $0, as: UTF8.self)
    }
    let isFiltered = settings?.split(whereSeparator: \.isNewline).contains("ENABLED=yes") == true
    if isFiltered { note(.warning, HealthFinding.firewall(interface: interface.name).failure) }
    let name = "\(interface.name) \(interface.address)"
    pass(
      interface.kind == .hotspot
        ? Text(zh: "手机可以连电脑的热点：\(name)", en: "phones can join this laptop's hotspot: \(name)")
        : Text(
          zh: "手机在同一网络里就能用 --phone：\(name)；没有共同的网络就开热点：\(PhoneTexts.openHotspot)",
          en:
            "phones in the same network can be used with --phone: \(name); without a common network open a hotspot: \(PhoneTexts.openHotspot)"
        ))
  }
}
