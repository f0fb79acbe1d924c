import Foundation
import TestSupport
import Testing

@testable import Provision

/// Checks the survey with folders laid out like sysfs, procfs and the other files of Linux 6.1 that describe
/// ports.
@Suite struct PortSurveyTests {
  /// The files of a machine, in a folder.
  private final class Machine {
    private let temporary = TemporaryFolder()
    var root: String { temporary.path }
    private let files = FileManager.default

    func folder(_ path: String) throws {
      try files.createDirectory(atPath: "\(root)/\(path)", withIntermediateDirectories: true)
    }
    func file(_ path: String, _ bytes: Data) throws {
      try folder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
      try bytes.write(to: URL(filePath: "\(root)/\(path)"))
    }
    func file(_ path: String, _ text: String) throws { try file(path, Data(text.utf8)) }
    func link(_ path: String, to target: String) throws {
      try folder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
      try files.createSymbolicLink(atPath: "\(root)/\(path)", withDestinationPath: target)
    }

    private let usb = "sys/devices/pci0000:00/usb1"

    /// Plugs a CH340 into socket 1-2, with a driver for its interface or without one (nil).
    func plugIn(driver: String?, port: String? = nil) throws {
      try file("\(usb)/1-2/idVendor", "1a86\n")
      try file("\(usb)/1-2/idProduct", "7523\n")
      try file("\(usb)/1-2/busnum", "1\n")
      try file("\(usb)/1-2/devnum", "4\n")
      try folder("\(usb)/1-2/1-2:1.0")
      try link("sys/bus/usb/devices/1-2", to: "../../../devices/pci0000:00/usb1/1-2")
      try link("sys/bus/usb/devices/1-2:1.0", to: "../../../devices/pci0000:00/usb1/1-2/1-2:1.0")
      if let driver { try link("\(usb)/1-2/1-2:1.0/driver", to: "../../../../../bus/usb/drivers/\(driver)") }
      guard let port else { return }
      let device = "\(usb)/1-2/1-2:1.0/\(port)"
      try folder("\(device)/tty/\(port)")
      try link("\(device)/tty/\(port)/device", to: "../..")
      try link("sys/class/tty/\(port)", to: "../../../\(device)/tty/\(port)")
      try file("dev/\(port)", "")
      chmod("\(root)/dev/\(port)", 0o660)
    }

    func run(_ program: String, as id: Int, holding path: String? = nil) throws {
      try file("proc/\(id)/comm", "\(program)\n")
      if let path { try link("proc/\(id)/fd/7", to: path) }
    }

    func problems(_ user: PortSurvey.User = .root) -> [PortProblem] {
      PortSurvey(root: root, user: user).problems
    }
  }

  @Test func `a port that nobody holds and everybody may use is no trouble`() throws {
    let machine = Machine()
    try machine.plugIn(driver: "ch341", port: "ttyUSB0")
    try machine.run("bash", as: 10, holding: "/dev/pts/0")
    #expect(machine.problems() == [])
  }

  @Test func `an adapter without a driver names the module that it needs`() throws {
    let machine = Machine()
    try machine.plugIn(driver: nil)
    guard case .driverMissing(let adapter, module: "ch341") = machine.problems().first else {
      Issue.record("\(machine.problems())")
      return
    }
    #expect(adapter.socket == "1-2" && adapter.usb.productID == 0x7523)
  }

  @Test func `an adapter that brltty took away is laid at brltty's door`() throws {
    let machine = Machine()
    try machine.plugIn(driver: "usbfs")
    try machine.run("brltty", as: 812, holding: "/dev/bus/usb/001/004")
    guard case .adapterTaken(_, by: let holder) = machine.problems().first else {
      Issue.record("\(machine.problems())")
      return
    }
    #expect(holder == PortProblem.Holder(program: "brltty", processID: 812))
  }

  @Test func `an adapter taken by a program whose files are not shown is taken by somebody`() throws {
    let machine = Machine()
    try machine.plugIn(driver: "usbfs")
    guard case .adapterTaken(_, by: nil) = machine.problems().first else {
      Issue.record("\(machine.problems())")
      return
    }
  }

  @Test func `a port that another program has open names it, and ModemManager even where it only lurks`() throws
  {
    let machine = Machine()
    try machine.plugIn(driver: "ch341", port: "ttyUSB0")
    try machine.run("ModemManager", as: 700)
    #expect(
      machine.problems() == [
        .watched(port: "/dev/ttyUSB0", by: .init(program: "ModemManager", processID: 700))
      ])
    try machine.run("minicom", as: 900, holding: "/dev/ttyUSB0")
    #expect(
      machine.problems() == [.held(port: "/dev/ttyUSB0", by: .init(program: "minicom", processID: 900))])
  }

  @Test(arguments: [Data("       900\n".utf8), Data([0x84, 3, 0, 0])])
  func `a lock file counts while its program runs`(lock: Data) throws {
    let machine = Machine()
    try machine.plugIn(driver: "ch341", port: "ttyUSB0")
    try machine.file("var/lock/LCK..ttyUSB0", lock)
    #expect(machine.problems() == [])
    try machine.run("minicom", as: 900)
    #expect(
      machine.problems() == [
        .locked(
          port: "/dev/ttyUSB0", file: "/var/lock/LCK..ttyUSB0",
          by: .init(program: "minicom", processID: 900))
      ])
  }

  @Test(arguments: ["", "-1\n", "99999999999999999999\n", "ab", "\u{0}\u{0}\u{0}"])
  func `a lock file of no use is none`(lock: String) throws {
    let machine = Machine()
    try machine.plugIn(driver: "ch341", port: "ttyUSB0")
    try machine.file("var/lock/LCK..ttyUSB0", lock)
    #expect(machine.problems() == [])
  }

  @Test func `a port of a group that the user is not in, or not yet, or that nobody may use, is told apart`()
    throws
  {
    let machine = Machine()
    try machine.plugIn(driver: "ch341", port: "ttyUSB0")
    let group = try #require(
      FileManager.default.attributesOfItem(atPath: "\(machine.root)/dev/ttyUSB0")[.groupOwnerAccountID]
        as? NSNumber
    ).uint32Value
    try machine.file("etc/group", "root:x:4000000:\ndialout:x:\(group):lisi,zhangsan\nbroken line\n")
    func trouble(_ name: String, _ groups: Set<UInt32>) -> [PortProblem] {
      machine.problems(
        .init(name: name, userID: 4_000_001, groupIDs: groups, processID: 1))
    }
    let port = "/dev/ttyUSB0"
    #expect(trouble("wangwu", []) == [.forbidden(port: port, group: "dialout", isMember: false)])
    #expect(trouble("lisi", []) == [.forbidden(port: port, group: "dialout", isMember: true)])
    #expect(trouble("lisi", [group]) == [])
    chmod("\(machine.root)/dev/ttyUSB0", 0o600)
    #expect(trouble("lisi", [group]) == [.forbidden(port: port, group: nil, isMember: false)])
  }

  @Test func `a machine with nothing on USB is told about cables that only charge`() throws {
    #expect(Machine().problems() == [.nothingPluggedIn])
  }
}

extension PortSurvey.User {
  fileprivate static let root = PortSurvey.User(name: "root", userID: 0, groupIDs: [0], processID: 1)
}
