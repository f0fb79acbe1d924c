import Foundation
import Testing

@testable import Companion

@Suite struct NetworkInterfaceTests {
  private func interface(
    _ name: String, _ address: String, isLoopback: Bool = false, isWireless: Bool = false, isDevice: Bool = true
  ) -> NetworkInterface {
    NetworkInterface(
      name: name, address: address, isLoopback: isLoopback, isWireless: isWireless, isDevice: isDevice)
  }

  @Test func `A hotspot comes before a wireless network, and that before a cable`() throws {
    let hotspot = interface("wlan0", "10.42.0.1", isWireless: true)
    let wireless = interface("wlp2s0", "192.168.1.7", isWireless: true)
    let wired = interface("enp3s0", "192.168.0.20")
    let docker = interface("docker0", "172.17.0.1", isDevice: false)
    let loopback = interface("lo", "127.0.0.1", isLoopback: true, isDevice: false)
    #expect(hotspot.kind == .hotspot)
    #expect(wireless.kind == .wireless)
    #expect(wired.kind == .wired)
    #expect(docker.kind == .other)
    #expect(loopback.kind == .loopback)
    #expect(
      try NetworkInterface.choose(among: [loopback, docker, wired, wireless, hotspot], named: nil) == hotspot)
    #expect(try NetworkInterface.choose(among: [loopback, docker, wired, wireless], named: nil) == wireless)
    #expect(try NetworkInterface.choose(among: [loopback, docker, wired], named: nil) == wired)
  }

  @Test func `Networks within this laptop, tunnels and addresses that nobody gave are taken by name only`()
    throws
  {
    let inner = [
      interface("docker0", "172.17.0.1"), interface("br-1a2b3c", "172.18.0.1"),
      interface("veth12ab", "172.17.0.2"),
      interface("virbr0", "192.168.122.1"), interface("vmnet8", "192.168.56.1"), interface("tun0", "10.8.0.2"),
      interface("wg0", "10.9.0.2"), interface("enp3s0", "169.254.7.7"),
      interface("lo", "127.0.0.1", isLoopback: true),
    ]
    #expect(throws: CompanionError.noNetwork) { try NetworkInterface.choose(among: inner, named: nil) }
    for interface in inner {
      #expect(try NetworkInterface.choose(among: inner, named: interface.name) == interface)
    }
    #expect(throws: CompanionError.unknownInterface("wlan0", inner.map(\.name))) {
      try NetworkInterface.choose(among: inner, named: "wlan0")
    }
    #expect(throws: CompanionError.noNetwork) { try NetworkInterface.choose(among: [], named: nil) }
  }

  @Test func `This machine has its loopback interface, last of all`() throws {
    let all = NetworkInterface.all()
    #expect(all.last == NetworkInterface(name: "lo", address: "127.0.0.1", kind: .loopback))
    #expect(Set(all.map(\.name)).count == all.count)
    #expect(try NetworkInterface.choose(named: "lo").kind == .loopback)
  }

  @Test func `An address that is none of this machine cannot be listened on`() {
    // The network 203.0.113.0/24 is reserved for documentation, so no machine has an address in it.
    for address in ["203.0.113.7", "none"] {
      #expect(throws: CompanionError.self) {
        try ListeningSocket(interface: NetworkInterface(name: "lo", address: address, kind: .wired), port: 0)
      }
    }
  }
}
