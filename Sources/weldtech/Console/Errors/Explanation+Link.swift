import Provision
import Terminal

extension LinkError {
  /// Explains an error of the link.
  /// - Parameter doing: the work under way, such as 'reading the module's identity'.
  func failure(doing: Text) -> Failure {
    switch self {
    case .timeout:
      Failure(
        code: "provision.link.timeout",
        message: Text(zh: "\(doing.zh)时，模块没有应答", en: "no answer from the module while \(doing.en)"),
        hint: Text(
          zh: "检查线缆两端是否插紧、模块是否通电，然后重新运行同一命令",
          en:
            "check that the cable is seated at both ends and that the module has power, then run the same command again"
        ))
    case .closed:
      Failure(
        code: "provision.link.closed",
        message: Text(zh: "\(doing.zh)时，串口断开了", en: "the port went away while \(doing.en)"),
        hint: Text(
          zh: "重新插好线缆，再运行同一命令；记录会从断开的步骤继续",
          en: "plug the cable in again and run the same command; the record goes on where it stood"))
    case .inUse(let port):
      Failure(
        code: "provision.port.inUse",
        message: Text(
          zh: "\(doing.zh)时，串口 \(port) 正被别的程序占用",
          en: "port \(port) is in use by another program while \(doing.en)"),
        hint: Text(
          zh: "关闭占用它的程序（fuser \(port) 可以查出是哪个），再试一次",
          en: "close the program that holds it (`fuser \(port)` names it), then try again"))
    case .permission(let port):
      Failure(
        code: "provision.port.permission",
        message: Text(zh: "没有权限打开串口 \(port)", en: "no permission to open port \(port)"),
        hint: Text(
          zh: "把自己加入 dialout 组：sudo usermod -aG dialout $USER，然后重新登录",
          en: "join the dialout group: sudo usermod -aG dialout $USER, then log in again"))
    case .notThere(let port):
      Failure(
        code: "provision.port.missing",
        message: Text(zh: "没有串口 \(port)", en: "there is no port \(port)"),
        hint: Text(
          zh: "插好 USB 转串口线，用 weldtech ports 查看有哪些串口",
          en: "plug the adapter in; `weldtech ports` lists what is there"))
    case .notASerialPort(let path):
      Failure(
        code: "provision.port.notSerial",
        message: Text(zh: "\(path) 不是串口", en: "\(path) is not a serial port"),
        hint: Text(zh: "用 weldtech ports 查看有哪些串口", en: "`weldtech ports` lists the serial ports"))
    case .unsupportedBaudRate(let baudRate):
      Failure(
        code: "provision.port.speed",
        message: Text(zh: "这个串口不支持 \(baudRate) 波特", en: "the port does not take \(baudRate) baud"),
        hint: Text(zh: "换一个 USB 转串口适配器", en: "use another USB adapter"))
    case .io(let errno):
      Failure(
        code: "provision.link.io",
        message: Text(
          zh: "\(doing.zh)时，系统报告串口错误：\(systemText(errno).zh)",
          en: "the system reports an error of the port while \(doing.en): \(systemText(errno).en)"),
        hint: Text(
          zh: "拔下适配器再插上，再运行同一命令", en: "unplug the adapter, plug it in again and run the same command"))
    }
  }
}
