import Provision
import Terminal

extension FlashStep {
  /// The work under way, in words that follow 'while' and precede '时'.
  var doing: Text {
    switch self {
    case .connecting: Text(zh: "寻找模块", en: "looking for the module")
    case .enteringBootloader: Text(zh: "进入芯片下载模式", en: "entering the bootloader")
    case .authorizing: Text(zh: "向模块出示授权", en: "giving the module the authority")
    case .awaitingOpenSeal:
      Text(zh: "等待封条检测线断开满 10 秒", en: "waiting for the seal's loop to have been open for 10 s")
    case .startingLoader: Text(zh: "启动烧录程序", en: "starting the flashing program")
    case .identifying: Text(zh: "识别芯片", en: "identifying the chip")
    case .chipFound(let name, _): Text(zh: "识别到芯片 \(name)", en: "talking to the \(name)")
    case .unprotecting: Text(zh: "解除读保护（全片擦除）", en: "lifting read protection, which erases everything")
    case .protecting: Text(zh: "设置读保护", en: "protecting the chip from reading")
    case .uploading(let bytes, let count):
      Text(zh: "传入模块 \(bytes)/\(count) 字节", en: "uploading, \(bytes) of \(count) bytes done")
    case .slowingDown(let baudRate):
      Text(zh: "降速到 \(baudRate) 波特重新连接", en: "connecting again at \(baudRate) baud")
    case .comparing: Text(zh: "比对引导区", en: "comparing the boot block")
    case .erasing(let sector, let count):
      Text(zh: "擦除第 \(sector)/\(count) 个扇区", en: "erasing sector \(sector) of \(count)")
    case .writing(let bytes, let count):
      Text(zh: "写入 \(bytes)/\(count) 字节", en: "writing, \(bytes) of \(count) bytes done")
    case .verifying(let bytes, let count):
      Text(zh: "回读校验 \(bytes)/\(count) 字节", en: "reading back, \(bytes) of \(count) bytes done")
    case .starting: Text(zh: "启动固件", en: "starting the firmware")
    }
  }
}

private func list(_ sectors: [Int]) -> String { sectors.map(String.init).joined(separator: ", ") }

extension FlashError: Explained {
  var failure: Failure {
    switch self {
    case .noAnswer:
      Failure(
        code: "provision.flash.noAnswer",
        message: Text(
          zh: "这个串口上没有模块应答（固件和芯片的下载程序都没有应答）", en: "neither a firmware nor a bootloader answers on this port"),
        hint: Text(
          zh: "检查模块电源和 TX/RX 是否接反；空白芯片要在 BOOT0 拉高时上电，ESP32 要按住 BOOT 上电",
          en:
            "check the module's power and that TX and RX are not swapped; a blank chip starts its bootloader with BOOT0 high at power-on, an ESP32 with BOOT held"
        ))
    case .inBootloader:
      Failure(
        code: "provision.flash.inBootloader",
        message: Text(
          zh: "芯片停在它自带的下载程序里，固件没有运行",
          en: "the chip is in its bootloader, and its firmware does not run"),
        hint: Text(
          zh: "把模块断电再上电，再运行同一命令",
          en: "switch the module off and on, and run the same command again"))
    case .bootloaderSilent:
      Failure(
        code: "provision.flash.bootloaderSilent",
        message: Text(
          zh: "固件或烧录程序已退出，但芯片的下载程序没有应答",
          en: "the firmware or the flashing program made room, but the bootloader does not answer"),
        hint: Text(zh: "给模块断电再上电，重新运行同一命令", en: "switch the module off and on and run the same command again"))
    case .link(let error, let step): error.failure(doing: step.doing)
    case .refused(let step):
      Failure(
        code: "provision.flash.refused",
        message: Text(zh: "\(step.doing.zh)时，芯片拒绝", en: "the chip refused while \(step.doing.en)"),
        hint: Text(
          zh: "检查线缆和接地后重试；每次都在同一处拒绝，芯片可能有读写保护",
          en:
            "check cable and ground and try again; a chip that refuses at the same place each time may be protected"
        ))
    case .unexpected(let byte, let step):
      Failure(
        code: "provision.flash.noise",
        message: Text(
          zh: "\(step.doing.zh)时，收到意外的字节 0x\(String(byte, radix: 16))",
          en: "an unexpected byte 0x\(String(byte, radix: 16)) came while \(step.doing.en)"),
        hint: Text(
          zh: "检查接地，换短一些的线，再运行同一命令", en: "check the ground, take a shorter cable and run the same command again"
        ))
    case .readProtected:
      Failure(
        code: "provision.flash.readProtected",
        message: Text(
          zh: "芯片有读保护，下载程序不能读写；没有擦除任何内容",
          en: "the chip is read-protected: its bootloader neither reads nor writes it; nothing was erased"),
        hint: Text(
          zh: "断电再上电让固件运行，再运行同一命令；若要解除保护，加 --erase-key：引导区、固件和配对密钥全部擦除，之后须重新配对",
          en:
            "switch the module off and on so that its firmware runs; or add --erase-key, which erases boot block, firmware and pairing key, so that it must be paired again"
        ))
    case .keyNotErasable(let chip):
      Failure(
        code: "provision.flash.keyNotErasable",
        message: Text(
          zh: "\(chip) 的密钥不能用 --erase-key 擦除；没有擦除任何内容",
          en: "--erase-key does not erase the key of an \(chip); nothing was erased"),
        hint: Text(
          zh: "用 esptool erase_flash 全片擦除，再运行同一命令，不加 --erase-key",
          en: "erase all of it by `esptool erase_flash`, and run the same command without --erase-key"))
    case .unprotectedSilent:
      Failure(
        code: "provision.flash.unprotectedSilent",
        message: Text(
          zh: "读保护已解除，芯片已全部擦除，但芯片的下载程序没有应答",
          en: "read protection is lifted and the chip erased, but its bootloader does not answer"),
        hint: Text(
          zh: "BOOT0 拉高，断电再上电，再运行同一命令",
          en: "set BOOT0 high, switch the module off and on, run the same command again"))
    case .writeProtected(let sectors):
      Failure(
        code: "provision.flash.writeProtected",
        message: Text(
          zh: "芯片的扇区 \(list(sectors)) 有写保护；没有擦除任何内容",
          en: "sectors \(list(sectors)) of the chip are write-protected; nothing was erased"),
        hint: Text(
          zh: "用 stm32flash -u 端口 解除写保护（不擦除内容），断电再上电，再运行同一命令",
          en:
            "lift it by `stm32flash -u PORT`, which erases nothing, switch the module off and on, run the same command again"
        ))
    case .portTaken(let name, let step):
      Failure(
        code: "provision.flash.portTaken",
        message: Text(
          zh: "\(step.doing.zh)时，\(name ?? "别的程序")也在使用这个串口",
          en: "\(name ?? "another program") used the same port while \(step.doing.en)"),
        hint: Text(
          zh: "关闭那个程序（ModemManager、brltty、串口终端），再运行同一命令",
          en: "close that program (ModemManager, brltty, a terminal) and run the same command again"))
    case .commandMissing(let command):
      Failure(
        code: "provision.flash.command",
        message: Text(
          zh: "芯片的下载程序没有命令 0x\(String(command, radix: 16))",
          en: "the chip's bootloader lacks command 0x\(String(command, radix: 16))"),
        hint: Text(zh: "换一个模块", en: "take another module"))
    case .unknownChip(let product):
      Failure(
        code: "provision.flash.unknownChip",
        message: Text(
          zh: "不认识产品号 0x\(String(product, radix: 16)) 的芯片",
          en: "no chip of product id 0x\(String(product, radix: 16)) is known"),
        hint: Text(
          zh: "确认是本公司的模块；或升级 weldtech", en: "check that it is one of our modules, or install a newer weldtech"))
    case .unknownEspressif(let magic):
      Failure(
        code: "provision.flash.unknownChip",
        message: Text(
          zh: "不认识标识为 0x\(String(magic, radix: 16)) 的乐鑫芯片",
          en: "no chip of Espressif's that says 0x\(String(magic, radix: 16)) is known"),
        hint: Text(
          zh: "确认是本公司的模块；或升级 weldtech", en: "check that it is one of our modules, or install a newer weldtech"))
    case .espressif(let status, let step): status.failure(during: step)
    case .secured(let chip):
      Failure(
        code: "provision.flash.secured",
        message: Text(
          zh: "\(chip) 启用了闪存加密或安全启动，烧录的固件不会启动；没有擦除任何内容",
          en:
            "the \(chip) encrypts its flash or starts signed programs only, and would not start this image; nothing was erased"
        ),
        hint: Text(zh: "这不能撤销：换一个模块", en: "this cannot be undone: take another module"))
    case .wrongChip(let found, let wanted):
      Failure(
        code: "provision.flash.wrongChip",
        message: Text(
          zh: "固件是给 \(ChipModel.name(of: wanted)) 的，接着的芯片是 \(ChipModel.name(of: found))；没有擦除任何内容",
          en:
            "the image is for the \(ChipModel.name(of: wanted)), on the cable is \(ChipModel.name(of: found)); nothing was erased"
        ),
        hint: Text(zh: "不写 --image，自动选用对应的固件", en: "without --image the right one is chosen"))
    case .noRelease(let chip):
      Failure(
        code: "provision.flash.noRelease",
        message: Text(zh: "没有 \(chip) 的固件", en: "no firmware for the \(chip) is shipped"),
        hint: Text(zh: "weldtech firmware list 列出全部", en: "`weldtech firmware list` shows what there is"))
    case .image(let fault): fault.failure
    case .downgrade(let installed, let offered):
      Failure(
        code: "provision.flash.downgrade",
        message: Text(
          zh: "模块的固件是 \(installed)，比 \(offered) 新；没有擦除任何内容",
          en: "the module has firmware \(installed), newer than \(offered); nothing was erased"),
        hint: Text(zh: "确要退回旧版，加 --allow-downgrade", en: "add --allow-downgrade if that is meant"))
    case .tooOld(let installed, let lowest, let offered):
      Failure(
        code: "provision.flash.tooOld",
        message: Text(
          zh: "固件 \(offered) 只能替换 \(lowest) 及以上的版本，模块的固件是 \(installed)；没有擦除任何内容",
          en:
            "firmware \(offered) replaces \(lowest) and newer, the module has \(installed); nothing was erased"),
        hint: Text(
          zh: "先用 --image 和 --manifest 烧录 \(lowest) 或更新的固件，再运行同一命令",
          en: "flash \(lowest) or a newer one by --image and --manifest first, then run the same command again")
      )
    case .verification(let address):
      Failure(
        code: "provision.flash.verification",
        message: Text(
          zh: "回读在 0x\(String(address, radix: 16)) 处与固件不同",
          en: "what was read back at 0x\(String(address, radix: 16)) is not the image"),
        hint: Text(
          zh: "再运行同一命令；同一地址再错，换一个模块",
          en: "run the same command again; if the same address fails, take another module"))
    case .authority(let keyID, let trouble): trouble.failure(keyID: keyID)
    case .paired(let serialNumber, let keyID):
      Failure(
        code: "provision.flash.paired",
        message: Text(
          zh: "模块 \(serialNumber) 已配对（密钥 \(keyID)），没有动它",
          en: "module \(serialNumber) is paired (key \(keyID)) and was left alone"),
        hint: Text(
          zh: "装好的模块按安装记录更新：weldtech flash ID --port 串口",
          en: "a module in use is updated by its installation: weldtech flash ID --port P"))
    case .firmware(let error): explain(error)
    case .firmwareSilent:
      Failure(
        code: "provision.flash.firmwareSilent",
        message: Text(zh: "固件已烧录并校验，但没有启动", en: "the firmware is written and verified, but does not answer"),
        hint: Text(
          zh: "BOOT0 拉低，断电再上电，再运行同一命令",
          en: "set BOOT0 low, switch the module off and on, run the same command again"))
    case .cancelled(let step):
      Failure(
        code: "cancelled",
        message: Text(zh: "\(step.doing.zh)时取消", en: "cancelled while \(step.doing.en)"),
        hint: Text(zh: "再运行同一命令即可继续", en: "run the same command again to go on"), exit: .cancelled)
    }
  }
}

extension ProtectionRefused: Explained {
  var failure: Failure {
    Failure(
      code: "flash.notTested",
      message: Text(
        zh: "贴封条以后的功能测试还不合格，不能设置读保护",
        en: "read protection is set last, and the test with the seal on has not been passed"),
      hint: Text(
        zh: "先测试（weldtech test ID --port 串口），合格后再用 weldtech flash ID --protect --port 串口",
        en: "run `weldtech test ID --port P` first, then `weldtech flash ID --protect --port P`"))
  }
}
