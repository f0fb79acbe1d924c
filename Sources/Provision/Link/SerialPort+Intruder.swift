internal import Files
internal import Glibc

extension SerialPort: SharedPort {
  /// Exclusive use and the lock keep away programs that ask, and not one of root's or one that was there before. A
  /// program of another user's can only be seen by the settings that it has changed.
  public var intruder: PortIntruder? {
    let tree = SystemTree(root: "/")
    if let device = tree.resolved(path), let holder = Processes(tree, except: getpid()).holder(of: device) {
      return PortIntruder(name: holder.program)
    }
    return settingsWereChanged ? PortIntruder(name: nil) : nil
  }

  /// Has an FTDI adapter hand over what it receives after 1 ms instead of up to 16 ms. Does nothing where the file
  /// for that is not there or may not be written.
  static func shortenLatency(ofPort path: String) {
    let tree = SystemTree(root: "/")
    guard let device = tree.resolved(path) else { return }
    let name = SystemTree.lastComponent(device)
    let timer = FilePath(tree.path("/sys/bus/usb-serial/devices/\(name)/latency_timer"))
    try? OpenFile(writing: timer).write(Array("1\n".utf8))
  }
}
