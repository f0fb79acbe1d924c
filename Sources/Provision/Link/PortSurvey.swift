internal import FoundationEssentials
internal import Glibc

/// The serial ports of this machine, with the problems of existing ports and of adapters without one.
public struct PortSurvey: Sendable {
  /// The user who wants to use the ports.
  public struct User: Sendable {
    public var name: String
    public var userID: UInt32
    /// Ids of the groups that this login is in.
    public var groupIDs: Set<UInt32>
    /// Id of the process that does not count as another program.
    public var processID: Int32

    public init(name: String, userID: UInt32, groupIDs: Set<UInt32>, processID: Int32) {
      self.name = name
      self.userID = userID
      self.groupIDs = groupIDs
      self.processID = processID
    }

    /// The user who runs this program.
    public static var current: User {
      var groups = [gid_t](repeating: 0, count: 256)
      let count = getgroups(Int32(groups.count), &groups)
      let name = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? ""
      return User(
        name: name, userID: geteuid(), groupIDs: Set(groups.prefix(max(0, Int(count))) + [getegid()]),
        processID: getpid())
    }
  }

  public let ports: [PortInfo]
  /// The problems in the order of the ports, those of adapters without a port first.
  public let problems: [PortProblem]

  /// - Parameter root: the folder that stands for `/`, so that a copy of another machine's files can be read.
  public init(root: String = "/", user: User = .current) {
    let tree = SystemTree(root: root)
    let processes = Processes(tree, except: user.processID)
    ports = PortInfo.all(root: root)
    var problems = Self.hiddenAdapters(tree, processes)
    for port in ports {
      let access = PortAccess(tree, port: port.path, user: user)
      if let trouble = access.trouble { problems.append(trouble) }
      if let holder = processes.holder(of: port.path) {
        problems.append(.held(port: port.path, by: holder))
      } else if let lock = Self.lock(on: port.path, tree, processes) {
        problems.append(lock)
      } else if port.usb != nil, let watcher = processes.named("ModemManager") {
        problems.append(.watched(port: port.path, by: watcher))
      }
    }
    // The machine's own UARTs do not show whether a cable is plugged in.
    if ports.allSatisfy({ $0.usb == nil }), problems.isEmpty { problems.append(.nothingPluggedIn) }
    self.problems = problems
  }

  // MARK: - Adapters without a port

  private static func hiddenAdapters(_ tree: SystemTree, _ processes: Processes) -> [PortProblem] {
    let folder = "/sys/bus/usb/devices"
    return tree.names(in: folder).compactMap { socket -> PortProblem? in
      // `1-2` is a device, `1-2:1.0` an interface of it.
      guard !socket.contains(":"), let device = tree.resolved("\(folder)/\(socket)"),
        let usb = PortInfo.USB(tree, folder: device),
        let driver = KnownAdapter.driver(vendor: usb.vendorID, product: usb.productID)
      else { return nil }
      let interfaces = tree.names(in: device).filter { $0.hasPrefix("\(socket):") }.map { "\(device)/\($0)" }
      let hasPort = interfaces.contains { interface in
        tree.names(in: interface).contains { $0 == "tty" || $0.hasPrefix("ttyUSB") }
      }
      if hasPort { return nil }
      let adapter = PortProblem.Adapter(usb: usb, socket: socket)
      let isClaimed = interfaces.contains { tree.linkedName("\($0)/driver") == "usbfs" }
      let brltty = processes.named("brltty")
      // brltty takes an adapter for a Braille display and releases it only when brltty ends.
      if isClaimed || brltty != nil {
        let node = Self.node(of: device, tree)
        return .adapterTaken(adapter, by: node.flatMap(processes.holder(of:)) ?? brltty)
      }
      return .driverMissing(adapter, module: driver)
    }
  }

  /// The device's node, such as `/dev/bus/usb/001/004`.
  private static func node(of device: String, _ tree: SystemTree) -> String? {
    guard let bus = tree.line(of: "\(device)/busnum").flatMap({ UInt16($0) }),
      let number = tree.line(of: "\(device)/devnum").flatMap({ UInt16($0) })
    else { return nil }
    func three(_ number: UInt16) -> String {
      String(repeating: "0", count: max(0, 3 - "\(number)".utf8.count)) + "\(number)"
    }
    return "/dev/bus/usb/\(three(bus))/\(three(number))"
  }

  // MARK: - Locks

  /// The program that holds a port by a lock file as minicom, uucp and similar programs write it (FHS 3.0,
  /// 5.9). The file holds the process id in ten characters, or in four bytes of the machine's byte order. A
  /// file whose process is gone does not count.
  private static func lock(on port: String, _ tree: SystemTree, _ processes: Processes) -> PortProblem? {
    let file = "/var/lock/LCK..\(SystemTree.lastComponent(port))"
    let bytes = tree.bytes(of: file, atMost: 64)
    guard bytes.count >= 4 else { return nil }
    let digits = bytes.drop { $0 == 0x20 }.prefix { (0x30...0x39).contains($0) }
    let number =
      digits.isEmpty
      ? bytes.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      : UInt32(String(decoding: digits, as: UTF8.self)) ?? 0
    guard let processID = Int32(exactly: number), let holder = processes.holder(processID) else { return nil }
    return .locked(port: port, file: file, by: holder)
  }
}

/// The check whether a user may open a port.
private struct PortAccess {
  let trouble: PortProblem?

  init(_ tree: SystemTree, port: String, user: PortSurvey.User) {
    var status = stat()
    guard user.userID != 0, stat(tree.path(port), &status) == 0 else {
      trouble = nil
      return
    }
    let mode = status.st_mode
    let bits: mode_t =
      if status.st_uid == user.userID { 0o600 } else if user.groupIDs.contains(status.st_gid) { 0o060 } else {
        0o006
      }
    if mode & bits == bits {
      trouble = nil
      return
    }
    // Only a group that may read and write helps a user who joins it.
    let group = mode & 0o060 == 0o060 ? Self.group(status.st_gid, tree) : nil
    trouble = .forbidden(
      port: port, group: group?.name, isMember: group?.members.contains(user.name) ?? false)
  }

  /// The group's name and members, from a line as `dialout:x:20:anna,boris`.
  private static func group(_ id: gid_t, _ tree: SystemTree) -> (name: String, members: [String])? {
    let text = String(decoding: tree.bytes(of: "/etc/group", atMost: 1 << 20), as: UTF8.self)
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count == 4, fields[2] == "\(id)" else { continue }
      return (String(fields[0]), fields[3].split(separator: ",").map(String.init))
    }
    return nil
  }
}

/// The running programs from `/proc`; for other users' programs only the names are visible.
struct Processes {
  private let tree: SystemTree
  private let ids: [Int32]

  init(_ tree: SystemTree, except own: Int32) {
    self.tree = tree
    ids = tree.names(in: "/proc").compactMap { Int32($0) }.filter { $0 != own }.sorted()
  }

  func named(_ program: String) -> PortProblem.Holder? {
    // The kernel keeps only 15 bytes of a name.
    let short = String(program.prefix(15))
    return ids.first { tree.line(of: "/proc/\($0)/comm") == short }.map {
      PortProblem.Holder(program: program, processID: $0)
    }
  }

  func holder(_ id: Int32) -> PortProblem.Holder? {
    guard ids.contains(id), let name = tree.line(of: "/proc/\(id)/comm") else { return nil }
    return PortProblem.Holder(program: name, processID: id)
  }

  func holder(of path: String) -> PortProblem.Holder? {
    ids.first { id in
      let files = tree.names(in: "/proc/\(id)/fd").map { tree.link("/proc/\(id)/fd/\($0)") }
      // A program that has the other end of a pty open provides the port and does not occupy it.
      return files.contains(path) && !files.contains { $0?.hasSuffix("/ptmx") == true }
    }.flatMap(holder)
  }
}

/// USB serial adapters by their own ids, and the kernel's driver for each.
private enum KnownAdapter {
  static func driver(vendor: UInt16, product: UInt16) -> String? { table[vendor]?[product] }

  /// Drivers by vendor and product, from the drivers' own tables in Linux 6.1:
  /// drivers/usb/serial/{ch341,cp210x,ftdi_sio,pl2303}.c. All other devices are of the communications class.
  private static let table: [UInt16: [UInt16: String]] = [
    0x1a86: [
      0x5512: "ch341", 0x5523: "ch341", 0x7522: "ch341", 0x7523: "ch341", 0x55d2: "cdc_acm", 0x55d3: "cdc_acm",
      0x55d4: "cdc_acm",
    ],
    0x10c4: [0xea60: "cp210x", 0xea61: "cp210x", 0xea63: "cp210x", 0xea70: "cp210x", 0xea71: "cp210x"],
    0x0403: [
      0x6001: "ftdi_sio", 0x6010: "ftdi_sio", 0x6011: "ftdi_sio", 0x6014: "ftdi_sio", 0x6015: "ftdi_sio",
    ],
    0x067b: [
      0x2303: "pl2303", 0x2304: "pl2303", 0x23a3: "pl2303", 0x23b3: "pl2303", 0x23c3: "pl2303",
      0x23d3: "pl2303", 0x23e3: "pl2303", 0x23f3: "pl2303",
    ],
    0x0483: [0x374b: "cdc_acm", 0x374e: "cdc_acm", 0x5740: "cdc_acm"],
    0x303a: [0x1001: "cdc_acm"],
  ]
}
