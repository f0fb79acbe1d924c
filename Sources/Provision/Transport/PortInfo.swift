internal import FoundationEssentials
internal import Glibc

/// A serial port that this machine has, under the names a person might know it by.
public struct PortInfo: Hashable, Sendable, Codable {
  /// What a USB adapter says about itself.
  public struct USB: Hashable, Sendable, Codable {
    public let vendorID: UInt16
    public let productID: UInt16
    public let manufacturer: String?
    public let product: String?
    public let serialNumber: String?
  }

  /// `/dev/ttyUSB0`: short, and another one tomorrow.
  public let path: String
  /// Kernel driver, such as `ftdi_sio`.
  public let driver: String?
  public let usb: USB?
  /// `/dev/serial/by-id/…`: the same for the same adapter.
  public let byID: String?
  /// `/dev/serial/by-path/…`: the same for the same socket.
  public let byPath: String?

  /// All ports with hardware behind them, USB adapters first, in order of their numbers.
  /// - Parameter root: what stands for `/`, so that a copy of another machine's `sys` and `dev` can be read.
  public static func all(root: String = "/") -> [PortInfo] {
    let base = root.hasSuffix("/") ? String(root.dropLast()) : root
    let byID = links(in: "\(base)/dev/serial/by-id")
    let byPath = links(in: "\(base)/dev/serial/by-path")
    let ports = names(in: "\(base)/sys/class/tty").compactMap { name -> PortInfo? in
      let folder = "\(base)/sys/class/tty/\(name)"
      // Consoles and ptys have no device; a UART that the kernel only has a name for is of type 0.
      guard let device = resolved("\(folder)/device"), text(of: "\(folder)/type") != "0" else { return nil }
      let driver = resolved("\(device)/driver").map(lastComponent)
      let usb = usb(above: device, within: base)
      return PortInfo(
        path: "/dev/\(name)", driver: driver, usb: usb, byID: byID[name].map { "/dev/serial/by-id/\($0)" },
        byPath: byPath[name].map { "/dev/serial/by-path/\($0)" })
    }
    return ports.sorted { left, right in
      if (left.usb == nil) != (right.usb == nil) { return left.usb != nil }
      return (left.path.utf8.count, left.path) < (right.path.utf8.count, right.path)
    }
  }

  // MARK: - Reading sysfs

  /// The adapter's own folder is one to three above the tty's: interface, port, device.
  private static func usb(above device: String, within base: String) -> USB? {
    var folder = device
    for _ in 0..<5 where folder.utf8.count > base.utf8.count {
      if let vendor = text(of: "\(folder)/idVendor").flatMap({ UInt16($0, radix: 16) }),
        let product = text(of: "\(folder)/idProduct").flatMap({ UInt16($0, radix: 16) })
      {
        return USB(
          vendorID: vendor, productID: product, manufacturer: text(of: "\(folder)/manufacturer"),
          product: text(of: "\(folder)/product"), serialNumber: text(of: "\(folder)/serial"))
      }
      folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
    }
    return nil
  }

  /// Names of links by the last component of what they lead to.
  private static func links(in folder: String) -> [String: String] {
    var links: [String: String] = [:]
    for name in names(in: folder) {
      guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)") else {
        continue
      }
      links[lastComponent(target)] = name
    }
    return links
  }

  private static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  /// The first line; what an adapter states is not trusted to be short, printable or UTF-8.
  private static func text(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let bytes = [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
      count = max(0, read(descriptor, buffer.baseAddress, buffer.count))
    }
    let line = bytes.prefix { $0 != 0x0a }.filter { $0 >= 0x20 && $0 != 0x7f }
    return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
  }

  private static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  private static func lastComponent(_ path: String) -> String {
    String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
  }
}
