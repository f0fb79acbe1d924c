import Provision
import Terminal

extension ESP32Status {
  /// The reason why Espressif's ROM loader did not carry out a request.
  private var meaning: Text {
    switch self {
    case .invalid: Text(zh: "命令或参数不对", en: "it does not know the command or its parameters")
    case .failed: Text(zh: "没有做成", en: "it could not do it")
    case .checksum: Text(zh: "数据块校验错", en: "a block's checksum was wrong")
    case .flashWrite: Text(zh: "写入后与闪存不符", en: "flash does not hold what was written")
    case .flashRead: Text(zh: "读不了闪存", en: "flash cannot be read")
    case .readLength: Text(zh: "读取长度不对", en: "too much was to be read at once")
    case .deflate: Text(zh: "解压出错", en: "a block did not unpack")
    case .other(let code):
      Text(zh: "错误码 0x\(String(code, radix: 16))", en: "its error code is 0x\(String(code, radix: 16))")
    }
  }

  func failure(during step: FlashStep) -> Failure {
    let hint =
      switch self {
      case .flashWrite, .flashRead:
        Text(
          zh: "检查模块电源；再运行同一命令，仍在同一处出错，闪存芯片坏了或有写保护，换一个模块",
          en:
            "check the module's power and run the same command again; if it fails at the same place, its flash chip is worn or protected: take another module"
        )
      default:
        Text(
          zh: "检查接地，换短一些的线，再运行同一命令", en: "check the ground, take a shorter cable and run the same command again"
        )
      }
    return Failure(
      code: "provision.flash.espressif",
      message: Text(
        zh: "\(step.doing.zh)时，芯片的下载程序拒绝：\(meaning.zh)",
        en: "the chip's loader refused while \(step.doing.en): \(meaning.en)"), hint: hint)
  }
}

extension ESP32ImageFault {
  var title: Text {
    switch self {
    case .magic: Text(zh: "不以 0xE9 开头", en: "it does not begin with 0xE9")
    case .segmentCount(let count): Text(zh: "段数为 \(count)", en: "it has \(count) segments")
    case .chip(let id): Text(zh: "它是给芯片 \(id) 的", en: "it is for the chip with id \(id)")
    case .truncated: Text(zh: "不完整", en: "it is cut off")
    case .checksum: Text(zh: "校验和不对", en: "its checksum is wrong")
    case .digest: Text(zh: "附带的 SHA-256 不对", en: "its appended SHA-256 is wrong")
    case .tail: Text(zh: "后面还有别的内容", en: "something else follows it")
    case .noBootloader: Text(zh: "没有引导程序", en: "there is no bootloader")
    case .noPartitionTable: Text(zh: "0x8000 处没有分区表", en: "there is no partition table at 0x8000")
    case .noApplication: Text(zh: "没有应用程序", en: "there is no application")
    }
  }
}

extension ChipModel {
  /// The name of the chip with this product id, or the id where none is known.
  static func name(of productID: UInt16) -> String {
    known.first { $0.productID == productID }?.name ?? "0x" + String(productID, radix: 16)
  }
}
