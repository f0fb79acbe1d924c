internal import Files
internal import Glibc

extension SerialPort: SharedPort {
  /// Detects another program on the port. Exclusive use and the lock keep away programs that respect them, but
  /// neither root's programs nor those that had the port open before. A program of another user is only visible
  /// by the settings that it has changed.
  public var intruder: PortIntruder? {
    let tree = SystemTree(root: "/")
    if let device = tree.resolved(path), let holder = Processes(tree, except: getpid()).holder(of: device) {
      return PortIntruder(name: holder.program)
    }
    return settingsWereChanged ? PortIntruder(name: nil) : nil
  }

  /// Makes an FTDI adapter hand over received bytes after 1 ms instead of up to 16 ms. Does nothing where the
  /// file for this setting does not exist or may not be written.
  static func shortenLatency(ofPort path: String) {
    let tree = SystemTree(root: "/")
    guard let device = tree.resolved(path) else { return }
    let name = SystemTree.lastComponent(device)
    let timer = FilePath(tree.path("/sys/bus/usb-serial/devices/\(name)/latency_timer"))
    try? OpenFile(writing: timer).write(Array("1\n".utf8))
  }
}
