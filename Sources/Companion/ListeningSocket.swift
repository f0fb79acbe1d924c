import Glibc

/// A listening TCP socket on the address of one network interface.
struct ListeningSocket {
  let descriptor: Int32
  let port: UInt16

  /// Listens on `port`, or on any free port where `port` is 0 or another program has it.
  /// - Throws: `cannotListen`.
  init(interface: NetworkInterface, port: UInt16) throws(CompanionError) {
    guard let address = Self.ipv4(interface.address) else {
      throw .cannotListen(address: interface.address, errno: EINVAL)
    }
    do throws(CompanionError) {
      try self.init(interface: interface, address, port: port)
    } catch {
      guard port != 0, case .cannotListen(_, EADDRINUSE) = error else { throw error }
      try self.init(interface: interface, address, port: 0)
    }
  }

  private init(interface: NetworkInterface, _ address: in_addr, port: UInt16) throws(CompanionError) {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let descriptor = socket(AF_INET, kind, 0)
    guard descriptor >= 0 else { throw .cannotListen(address: interface.address, errno: errno) }

    // Without this option, the connections of a killed server keep its port for a minute.
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    // Linux accepts a packet for this address on any interface, see ip(7), so that the address alone does not
    // keep other networks out. Where the system refuses this option, only the address limits access.
    setsockopt(
      descriptor, SOL_SOCKET, SO_BINDTODEVICE, interface.name, socklen_t(interface.name.utf8.count))

    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    name.sin_addr = address
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, size) == 0 && listen(descriptor, 128) == 0
          && getsockname(descriptor, pointer, &size) == 0
      }
    }
    guard isListening else {
      let failure = errno
      Glibc.close(descriptor)
      throw .cannotListen(address: interface.address, errno: failure)
    }
    self.descriptor = descriptor
    self.port = UInt16(bigEndian: name.sin_port)
  }

  func close() { Glibc.close(descriptor) }

  /// Reads an IPv4 address such as `192.168.1.7`; nil for any other text.
  static func ipv4(_ text: String) -> in_addr? {
    var address = in_addr()
    return inet_pton(AF_INET, text, &address) == 1 ? address : nil
  }
}
