import Bench
import Terminal

extension LocalPlatformError: Explained {
  var failure: Failure {
    switch self {
    case .listenAddress(let address):
      Failure(
        code: "bench.listen.address",
        message: Text(zh: "“\(address)”不是监听地址", en: "'\(address)' is not an address to listen on"),
        hint: Text(
          zh: "写成 地址:端口，如 127.0.0.1:0", en: "write ADDRESS:PORT, for example 127.0.0.1:0"), exit: .usage)
    case .needsToken(let address):
      Failure(
        code: "bench.token",
        message: Text(
          zh: "\(address) 别的电脑也能连上，要有凭证", en: "other machines can reach \(address), so a token is needed"),
        hint: Text(
          zh: "用 --token 指定凭证文件，或只在 127.0.0.1 监听",
          en: "name a token file by --token, or listen on 127.0.0.1 only"), exit: .usage)
    case .cannotListen(let address):
      Failure(
        code: "bench.listen",
        message: Text(zh: "不能在 \(address) 监听", en: "cannot listen on \(address)"),
        hint: Text(
          zh: "端口可能被占用；端口写 0 则任选一个", en: "the port may be taken; port 0 takes a free one"))
    case .dataFolder(let path, let errno):
      Failure(
        code: "bench.data",
        message: Text(
          zh: "平台的数据目录 \(path) 出错：\(systemText(errno).zh)",
          en: "the platform's data folder \(path) cannot be used: \(systemText(errno).en)"),
        hint: Text(zh: "用 --data 指定别的目录", en: "name another folder by --data"))
    case .dataFolderInUse(let path):
      Failure(
        code: "bench.data.inUse",
        message: Text(zh: "另一个平台正在使用 \(path)", en: "another platform runs on \(path)"),
        hint: Text(
          zh: "先停掉它，或用 --data 指定别的目录", en: "stop it first, or name another folder by --data"))
    case .damaged(let path):
      Failure(
        code: "bench.data.damaged",
        message: Text(zh: "平台的文件 \(path) 不是它写下的样子", en: "file \(path) of the platform is not what it wrote"),
        hint: Text(
          zh: "这是练习用的平台：换一个 --data 目录重新开始",
          en: "it is a platform for practice: begin anew in another --data folder"))
    case .noKey, .alreadyStarted:
      Failure(
        code: "bench.platform",
        message: Text(zh: "本地平台没有启动（\(self)）", en: "the local platform did not start (\(self))"),
        hint: Text(zh: "再试一次", en: "try again"))
    }
  }
}

extension ModuleBenchError: Explained {
  var failure: Failure {
    switch self {
    case .terminal(let errno):
      Failure(
        code: "bench.terminal",
        message: Text(
          zh: "系统没有给出伪终端：\(systemText(errno).zh)",
          en: "the system gave no pty for the simulated module: \(systemText(errno).en)"),
        hint: Text(
          zh: "关闭不用的终端窗口，检查 /dev/pts", en: "close terminal windows that are not needed, and check /dev/pts"))
    case .alreadyStarted:
      Failure(
        code: "bench.module",
        message: Text(zh: "模拟模块已经在运行", en: "the simulated module is running already"),
        hint: Text(zh: "再试一次", en: "try again"))
    case .emulator(let errno):
      Failure(
        code: "bench.emulator",
        message: Text(
          zh: "qemu-system-arm 无法启动：\(systemText(errno).zh)",
          en: "qemu-system-arm does not start: \(systemText(errno).en)"),
        hint: Text(
          zh: "检查 /tmp 的剩余空间和打开的文件数；--engine core 不需要它",
          en: "check the room in /tmp and the number of open files; --engine core does without it"))
    }
  }
}

/// The error that the program which starts the module's firmware is not on the PATH.
struct EmulatorMissing: Error {}

extension EmulatorMissing: Explained {
  var failure: Failure {
    Failure(
      code: "bench.qemu",
      message: Text(
        zh: "--engine qemu 需要 qemu-system-arm，这台机器上没有",
        en: "--engine qemu needs qemu-system-arm, which is not on this machine"),
      hint: Text(
        zh: "安装：sudo apt install --no-install-recommends qemu-system-arm；--engine core 不需要它",
        en:
          "install it: sudo apt install --no-install-recommends qemu-system-arm; --engine core does without it"),
      exit: .failed)
  }
}
