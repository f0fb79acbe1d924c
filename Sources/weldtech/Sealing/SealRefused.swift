import Cryptography
import Records
import Terminal

/// The reason why a seal's key is not used or not set up. No case contains a key or a passphrase.
enum SealRefused: Error {
  /// A file of the folder `seal` is not what this program wrote.
  case damaged(path: String)
  /// The certificate does not hold on this day; the values are its first and its last day.
  case notValid(from: CalendarDay, until: CalendarDay, today: CalendarDay)
  /// A certificate was given, but there is no key of a request or of the setup that it could belong to.
  case nothingRequested
  /// Others than the owner may read the file with the passphrase.
  case passphraseOpen(path: String, mode: Int)
  /// The file with the passphrase has several lines, or more than 1,024 bytes, or is no UTF-8.
  case passphrase(path: String)
  /// The file has no certificate.
  case notCertificate(path: String)
  /// The address of a timestamp authority is no `https` URL, nor `http` on loopback.
  case timestampAddress(String)
}

extension SealRefused: Explained {
  var failure: Failure {
    switch self {
    case .damaged(let path):
      Failure(
        code: "seal.damaged",
        message: Text(zh: "签章密钥文件 \(path) 已损坏", en: "the file \(path) with the seal's key is damaged"),
        hint: Text(
          zh: "从备份恢复这个文件；没有备份就把它移走，重新申请：weldtech setup --seal-request 文件",
          en:
            "restore the file from a backup; without one move it away and request a new certificate: `weldtech setup --seal-request FILE`"
        ), exit: .badData)
    case .notValid(let from, let until, let today) where today < from:
      Failure(
        code: "seal.certificateExpired",
        message: Text(
          zh: "签章证书 \(from) 才生效，电脑日期是 \(today)",
          en:
            "the seal's certificate holds from \(from), and this laptop's clock says \(today) (it ends on \(until))"
        ),
        hint: Text(zh: "先核对电脑的日期", en: "check the laptop's date first"))
    case .notValid(_, let until, _):
      Failure(
        code: "seal.certificateExpired",
        message: Text(
          zh: "签章证书 \(until) 已到期，用它签章别人不认",
          en: "the seal's certificate has ended on \(until), so that nobody would accept the seal"),
        hint: Text(
          zh:
            "申请新证书：weldtech setup --seal-request 文件；等不及就运行 weldtech setup --seal-certificate \"\"，改用本机自签的证书（没有人担保）",
          en:
            "request a new one by `weldtech setup --seal-request FILE`; meanwhile `weldtech setup --seal-certificate \"\"` seals with a certificate of this laptop's own, for which nobody vouches"
        ))
    case .nothingRequested:
      Failure(
        code: "seal.notRequested",
        message: Text(
          zh: "这张证书不是给本机密钥的：本机没有申请过签章证书",
          en: "the certificate is of no key here: this laptop has not requested one"),
        hint: Text(
          zh: "先运行 weldtech setup --seal-request 文件，把申请交给发证机构；带密钥的 .p12 用 --seal-key",
          en:
            "run `weldtech setup --seal-request FILE` and give it to the authority; a .p12 with its key is for --seal-key"
        ),
        exit: .badData)
    case .passphraseOpen(let path, let mode):
      Failure(
        code: "seal.passphrase.open",
        message: Text(
          zh: "别人也能读口令文件 \(path)（权限 \(String(mode, radix: 8))）",
          en: "others can read the passphrase file \(path) (mode \(String(mode, radix: 8)))"),
        hint: Text(verbatim: "chmod 600 \(ShellWord.quoted(path))"), exit: .badData)
    case .notCertificate(let path):
      Failure(
        code: "seal.certificate",
        message: Text(zh: "\(path) 里没有证书（PEM 或 DER）", en: "\(path) has no certificate in PEM or DER"),
        hint: Text(
          zh: "向发证机构要 .pem、.crt 或 .cer 文件；带密钥的 .p12 用 --seal-key",
          en: "ask the authority for a .pem, .crt or .cer; a .p12 with its key is for --seal-key"),
        exit: .badData)
    case .timestampAddress(let address):
      Failure(
        code: "seal.timestamp.address",
        message: Text(
          zh: "“\(address)”不是 https 地址", en: "'\(address)' is no https address"),
        hint: Text(
          zh: "如 https://tsa.example.cn/tsr；不要时间戳写 --timestamp \"\"",
          en: "like https://tsa.example.cn/tsr; --timestamp \"\" for none"), exit: .badData)
    case .passphrase(let path):
      Failure(
        code: "seal.passphrase",
        message: Text(zh: "口令文件 \(path) 应只有一行口令", en: "the passphrase file \(path) is not one line"),
        hint: Text(
          zh: "另存为不带 BOM 的 UTF-8 纯文本，一行，最多 1024 字节",
          en: "save it as plain UTF-8 text without a byte order mark, one line of at most 1,024 bytes"),
        exit: .badData)
    }
  }
}
