import Provision
import Terminal

extension ImageFault: Explained {
  var failure: Failure {
    Failure(
      code: code,
      message: Text(
        zh: "固件不能用：\(title.zh)；没有擦除任何内容", en: "this image cannot be flashed: \(title.en); nothing was erased"),
      hint: hint, exit: .badData)
  }

  /// Whether the files could be read, so that the fault is in their contents.
  var isVerdict: Bool {
    switch self {
    case .unreadable, .tooLarge: false
    default: true
    }
  }

  private var hint: Text {
    switch self {
    case .unsigned(let path):
      Text(
        zh: "取得带签名的发布，把签名文件放在 \(path)", en: "get the release with its signature, which belongs at \(path)")
    case .unknownKey:
      Text(
        zh: "向公司核对：若是公司的新密钥，把其公钥放进 firmware/trust 目录",
        en: "ask the company: if it is a new key of theirs, put its public half into the folder firmware/trust")
    case .signatureFile, .wrongSignature:
      Text(
        zh: "不要烧录；重新取得固件文件、说明文件和签名文件", en: "do not flash it; get image, manifest and signature anew")
    default: Text(zh: "重新取得固件文件和它的说明文件", en: "get image and manifest anew")
    }
  }

  private var code: String {
    switch self {
    case .unreadable: "firmware.unreadable"
    case .tooLarge: "firmware.tooLarge"
    case .unsigned: "firmware.unsigned"
    case .signatureFile: "firmware.signatureFile"
    case .wrongSignature: "firmware.wrongSignature"
    case .unknownKey: "firmware.unknownKey"
    case .manifest, .manifestNotJSON: "firmware.manifest"
    case .size: "firmware.truncated"
    case .digest: "firmware.digest"
    case .segment: "firmware.segment"
    case .flashMap: "firmware.flashMap"
    case .noVectorTable, .program: "firmware.program"
    case .update: "firmware.update"
    }
  }

  private var title: Text {
    switch self {
    case .unreadable(let path, let errno):
      Text(zh: "读不了 \(path)（\(systemText(errno).zh)）", en: "cannot read \(path) (\(systemText(errno).en))")
    case .tooLarge(let path, let limit):
      Text(zh: "\(path) 超过 \(limit) 字节", en: "\(path) is larger than \(limit) bytes")
    case .unsigned(let path): Text(zh: "没有签名文件 \(path)", en: "it has no signature \(path)")
    case .signatureFile(let path):
      Text(zh: "\(path) 不是签名文件", en: "\(path) is not a signature document")
    case .wrongSignature(let signer):
      Text(
        zh: "签名不对：\(signer) 签的不是这份说明文件", en: "the signature is wrong: \(signer) did not sign this manifest")
    case .unknownKey(let keyID):
      Text(
        zh: "签名的密钥 \(keyID.prefix(16)) 不受信任",
        en: "it is signed with key \(keyID.prefix(16)), which is not trusted")
    case .manifest(let field):
      Text(
        zh: "说明文件的 \(field.isEmpty ? "格式" : field) 有误",
        en: "the manifest's \(field.isEmpty ? "format" : field) is wrong")
    case .manifestNotJSON(let fault): Text(zh: "说明文件\(fault.title.zh)", en: "the manifest \(fault.title.en)")
    case .size(let stated, let found):
      Text(zh: "应有 \(stated) 字节，实有 \(found)", en: "it should have \(stated) bytes and has \(found)")
    case .digest: Text(zh: "摘要与说明文件不符", en: "its digest is not the manifest's")
    case .segment(let index, let fault):
      Text(zh: "第 \(index + 1) 段有误（\(fault.title.zh)）", en: "segment \(index + 1) is wrong (\(fault.title.en))")
    case .flashMap: Text(zh: "扇区与芯片不符", en: "its sectors are not the chip's")
    case .noVectorTable: Text(zh: "没有向量表", en: "it has no vector table")
    case .program(.espressif(let fault)):
      Text(
        zh: "乐鑫格式的程序有误，\(fault.title.zh)", en: "its program is none for Espressif's chips: \(fault.title.en)")
    case .update(let fault):
      Text(zh: "升级文件与固件不符（\(fault.title.zh)）", en: "the update's file is not this image's (\(fault.title.en))")
    case .program(let fault):
      Text(zh: "程序不能启动（\(fault.title.zh)）", en: "its program cannot be started (\(fault.title.en))")
    }
  }
}
