/// A serial port of this machine, with the names by which a person might know it.
public struct PortInfo: Hashable, Sendable, Codable {
  /// The texts by which a USB adapter describes itself.
  public struct USB: Hashable, Sendable, Codable {
    public let vendorID: UInt16
    public let productID: UInt16
    public let manufacturer: String?
    public let product: String?
    public let serialNumber: String?
  }

  /// The kernel's path, such as `/dev/ttyUSB0`, which is short but may belong to another port tomorrow.
  public let path: String
  /// The kernel's driver, such as `ftdi_sio`.
  public let driver: String?
  public let usb: USB?
  /// The path `/dev/serial/by-id/…`, which stays with the adapter.
  public let byID: String?
  /// The path `/dev/serial/by-path/…`, which stays with the socket.
  public let byPath: String?

  /// All ports with hardware behind them, USB adapters first, in order of their numbers.
  /// - Parameter root: the folder that stands for `/`, so that a copy of another machine's `sys` and `dev` can be
  ///   read.
  public static func all(root: String = "/") -> [PortInfo] {
    let tree = SystemTree(root: root)
    let byID = links(in: "/dev/serial/by-id", of: tree)
    let byPath = links(in: "/dev/serial/by-path", of: tree)
    let ports = tree.names(in: "/sys/class/tty").compactMap { name -> PortInfo? in
      let folder = "/sys/class/tty/\(name)"
      // Consoles and ptys have no device; a UART that exists only as a name in the kernel has type 0.
      guard let device = tree.resolved("\(folder)/device"), tree.line(of: "\(folder)/type") != "0" else {
        return nil
      }
      return PortInfo(
        path: "/dev/\(name)", driver: tree.linkedName("\(device)/driver"), usb: usb(above: device, of: tree),
        byID: byID[name].map { "/dev/serial/by-id/\($0)" },
        byPath: byPath[name].map { "/dev/serial/by-path/\($0)" })
    }
    return ports.sorted { left, right in
      if (left.usb == nil) != (right.usb == nil) { return left.usb != nil }
      return (left.path.utf8.count, left.path) < (right.path.utf8.count, right.path)
    }
  }

  // MARK: - Reading sysfs

  /// The USB adapter of a tty's device; nil where there is none. The adapter's own folder is one to three
  /// levels above the tty's: interface, port, device.
  private static func usb(above device: String, of tree: SystemTree) -> USB? {
    var folder = device
    for _ in 0..<5 where !folder.isEmpty {
      if let usb = USB(tree, folder: folder) { return usb }
      folder = SystemTree.folder(of: folder)
    }
    return nil
  }

  /// Names of links by the last component of their targets.
  private static func links(in folder: String, of tree: SystemTree) -> [String: String] {
    var links: [String: String] = [:]
    for name in tree.names(in: folder) {
      if let target = tree.linkedName("\(folder)/\(name)") { links[target] = name }
    }
    return links
  }
}

extension PortInfo.USB {
  /// - Parameter folder: the adapter's own folder in `/sys`. The result is nil for a folder of something else.
  init?(_ tree: SystemTree, folder: String) {
    guard let vendor = tree.line(of: "\(folder)/idVendor").flatMap({ UInt16($0, radix: 16) }),
      let product = tree.line(of: "\(folder)/idProduct").flatMap({ UInt16($0, radix: 16) })
    else { return nil }
    vendorID = vendor
    productID = product
    manufacturer = tree.line(of: "\(folder)/manufacturer")
    self.product = tree.line(of: "\(folder)/product")
    serialNumber = tree.line(of: "\(folder)/serial")
  }
}
