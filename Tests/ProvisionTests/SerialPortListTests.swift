import Foundation
import TestSupport
import Testing

@testable import Provision

/// Checks the list of ports in folders laid out like sysfs of Linux 6.1, for an FTDI adapter, a CDC-ACM device,
/// an on-board UART and other devices.
@Suite struct SerialPortListTests {
  private func tree() throws -> TemporaryFolder {
    let files = FileManager.default
    let folder = TemporaryFolder()
    let root = folder.path
    func make(_ path: String) throws {
      try files.createDirectory(atPath: "\(root)/\(path)", withIntermediateDirectories: true)
    }
    func file(_ path: String, _ text: String) throws {
      try Data(text.utf8).write(to: URL(filePath: "\(root)/\(path)"))
    }
    func link(_ path: String, to target: String) throws {
      try files.createSymbolicLink(atPath: "\(root)/\(path)", withDestinationPath: target)
    }
    let usb = "sys/devices/pci0000:00/usb1"
    for path in [
      "sys/class/tty", "sys/bus/drivers/ftdi_sio", "sys/bus/drivers/cdc_acm", "sys/bus/drivers/serial8250",
      "dev/serial/by-id", "dev/serial/by-path", "\(usb)/1-2/1-2:1.0/ttyUSB10/tty/ttyUSB10",
      "\(usb)/1-2/1-2:1.0/ttyUSB2/tty/ttyUSB2", "\(usb)/1-3/1-3:1.1/tty/ttyACM0",
      "sys/devices/virtual/tty/tty0",
      "sys/devices/platform/serial8250/tty/ttyS0", "sys/devices/platform/serial8250/tty/ttyS1",
    ] { try make(path) }
    for (name, value) in [
      ("idVendor", "0403"), ("idProduct", "6001"), ("manufacturer", "FTDI"),
      ("product", "FT232R \u{1b}[31mUART"),
      ("serial", "A50285BI"),
    ] { try file("\(usb)/1-2/\(name)", "\(value)\n") }
    try file("\(usb)/1-3/idVendor", "0483\n")
    try file("\(usb)/1-3/idProduct", "5740\n")
    for number in [10, 2] {
      let port = "\(usb)/1-2/1-2:1.0/ttyUSB\(number)"
      try link("\(port)/driver", to: "\(root)/sys/bus/drivers/ftdi_sio")
      try link("\(port)/tty/ttyUSB\(number)/device", to: "../..")
      try link("sys/class/tty/ttyUSB\(number)", to: "../../../\(port)/tty/ttyUSB\(number)")
    }
    try link("\(usb)/1-3/1-3:1.1/driver", to: "\(root)/sys/bus/drivers/cdc_acm")
    try link("\(usb)/1-3/1-3:1.1/tty/ttyACM0/device", to: "../..")
    try link("sys/class/tty/ttyACM0", to: "../../../\(usb)/1-3/1-3:1.1/tty/ttyACM0")
    try link("sys/devices/platform/serial8250/driver", to: "\(root)/sys/bus/drivers/serial8250")
    for (name, type) in [("ttyS0", "4"), ("ttyS1", "0")] {
      try link("sys/devices/platform/serial8250/tty/\(name)/device", to: "../..")
      try file("sys/devices/platform/serial8250/tty/\(name)/type", "\(type)\n")
      try link("sys/class/tty/\(name)", to: "../../devices/platform/serial8250/tty/\(name)")
    }
    try link("sys/class/tty/tty0", to: "../../devices/virtual/tty/tty0")
    try link("dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0", to: "../../ttyUSB2")
    try link("dev/serial/by-path/pci-0000:00-usb-0:2:1.0-port0", to: "../../ttyUSB2")
    return folder
  }

  @Test func `ports with hardware are listed with what they say of themselves, adapters first, by number`()
    throws
  {
    let folder = try tree()
    let root = folder.path
    let ports = PortInfo.all(root: root)
    #expect(ports.map(\.path) == ["/dev/ttyACM0", "/dev/ttyUSB2", "/dev/ttyUSB10", "/dev/ttyS0"])
    #expect(ports.map(\.driver) == ["cdc_acm", "ftdi_sio", "ftdi_sio", "serial8250"])
    let adapter = ports[1]
    #expect(adapter.usb?.vendorID == 0x0403)
    #expect(adapter.usb?.productID == 0x6001)
    #expect(adapter.usb?.manufacturer == "FTDI")
    #expect(adapter.usb?.serialNumber == "A50285BI")
    #expect(adapter.byID == "/dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0")
    #expect(adapter.byPath == "/dev/serial/by-path/pci-0000:00-usb-0:2:1.0-port0")
    #expect(ports[0].usb?.product == nil)
    #expect(ports[2].byID == nil)
    #expect(ports[3].usb == nil)
  }

  @Test func `control characters in an adapter's name do not reach a terminal`() throws {
    let folder = try tree()
    let root = folder.path
    #expect(PortInfo.all(root: root)[1].usb?.product == "FT232R [31mUART")
  }

  @Test func `a machine without ports has none`() {
    #expect(PortInfo.all(root: "/nowhere").isEmpty)
  }
}
