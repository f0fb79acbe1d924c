internal import Files
internal import Glibc

extension SerialPort: SharedPort {
  /// Exclusive use and the lock keep others away who ask; a program of root's, or one that was there before, does not.
  /// Of another user's programs only changed settings can be seen.
  public var intruder: PortIntruder? {
    let tree = SystemTree(root: "/")
    if let device = tree.resolved(path), let holder = Processes(tree, except: getpid()).holder(of: device) {
      return PortIntruder(name: holder.program)
    }
    return settingsWereChanged ? PortIntruder(name: nil) : nil
  }

  /// An FTDI adapter keeps what it receives for up to 16 ms unless told otherwise here. Does nothing where the file
  /// is not there or may not be written.
  static func shortenLatency(ofPort path: String) {
    let tree = SystemTree(root: "/")
    guard let device = tree.resolved(path) else { return }
    let name = SystemTree.lastComponent(device)
    let timer = FilePath(tree.path("/sys/bus/usb-serial/devices/\(name)/latency_timer"))
    try? OpenFile(writing: timer).write(Array("1\n".utf8))
  }
}
