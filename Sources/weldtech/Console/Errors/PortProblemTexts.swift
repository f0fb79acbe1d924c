import Provision
import Terminal

extension PortProblem {
  /// The problem of a port and its remedy, a command where there is one.
  var failure: Failure {
    switch self {
    case .driverMissing(let adapter, let module):
      Failure(
        code: "port.driverMissing",
        message: Text(
          zh: "USB 插口 \(adapter.socket) 上有适配器 \(adapter.usb.name)，但没有驱动，所以没有串口",
          en: "the adapter \(adapter.usb.name) in USB socket \(adapter.socket) has no driver, hence no port"),
        hint: Text(verbatim: "sudo modprobe \(module)"))
    case .adapterTaken(let adapter, let holder):
      Failure(
        code: "port.adapterTaken",
        message: Text(
          zh: "USB 插口 \(adapter.socket) 上的适配器 \(adapter.usb.name) 被\(holder.title.zh)占走，所以没有串口",
          en:
            "\(holder.title.en) has taken the adapter \(adapter.usb.name) in USB socket \(adapter.socket), hence no port"
        ),
        hint: holder.map(\.cure) ?? Text(verbatim: "sudo fuser -v /dev/bus/usb/*/*"))
    case .held(let port, let holder):
      Failure(
        code: "port.held",
        message: Text(zh: "\(port) 被\(holder.title.zh)打开着", en: "\(holder.title.en) has \(port) open"),
        hint: holder.cure)
    case .watched(let port, let holder):
      Failure(
        code: "port.watched",
        message: Text(
          zh: "\(holder.title.zh)正在运行，\(port) 一插上就会被它打开试探",
          en: "\(holder.title.en) is running and probes \(port) whenever it is plugged in"),
        hint: holder.cure)
    case .locked(let port, let file, let holder):
      Failure(
        code: "port.locked",
        message: Text(
          zh: "\(holder.title.zh)用 \(file) 锁住了 \(port)", en: "\(holder.title.en) has locked \(port) by \(file)"),
        hint: holder.cure)
    case .forbidden(let port, let group?, isMember: true):
      Failure(
        code: "port.newLogin",
        message: Text(
          zh: "您的账户已在 \(group) 组里，但这次登录还不算，\(port) 打不开",
          en:
            "your account is in the group \(group), but this login is older than that, so \(port) cannot be opened"
        ),
        hint: Text(verbatim: "exec su - $USER"))
    case .forbidden(let port, let group?, isMember: false):
      Failure(
        code: "port.forbidden",
        message: Text(
          zh: "没有权限打开 \(port)：您不在 \(group) 组里",
          en: "no permission to open \(port): you are not in the group \(group)"),
        hint: Text(
          zh: "sudo usermod -aG \(group) $USER（然后重新登录）",
          en: "sudo usermod -aG \(group) $USER (then log in again)"))
    case .forbidden(let port, nil, _):
      Failure(
        code: "port.closedToAll",
        message: Text(
          zh: "没有权限打开 \(port)，也没有哪个组有权限", en: "no permission to open \(port), and no group has it either"),
        hint: Text(verbatim: "sudo chgrp dialout \(port) && sudo chmod 660 \(port)"))
    case .nothingPluggedIn:
      Failure(
        code: "port.nothing",
        message: Text(
          zh: "USB 上看不到任何适配器：没插好，或者线只能充电",
          en: "no adapter is to be seen on USB: it is not plugged in, or the cable only charges"),
        hint: Text(
          zh: "换一根能传数据的线，插上时看这里有没有反应：sudo dmesg -w",
          en:
            "use a cable that carries data and see whether this says something when it is plugged in: sudo dmesg -w"
        ))
    }
  }
}

extension PortProblem.Holder {
  fileprivate var title: Text {
    Text(zh: "程序 \(program)（\(processID)）", en: "\(program) (process \(processID))")
  }

  fileprivate var cure: Text {
    switch program {
    case "brltty": Text(verbatim: "sudo apt-get remove brltty")
    case "ModemManager":
      Text(verbatim: "sudo systemctl mask --now ModemManager")
    default: Text(verbatim: "kill \(processID)")
    }
  }
}

extension PortProblem.Holder? {
  fileprivate var title: Text { self?.title ?? Text(zh: "别的程序", en: "another program") }
}

extension PortInfo.USB {
  /// The name by which a person knows the adapter.
  var name: String {
    let name = [manufacturer, product].compactMap { $0 }.joined(separator: " ")
    func hex(_ number: UInt16) -> String {
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
    return name.isEmpty ? "\(hex(vendorID)):\(hex(productID))" : name
  }
}
