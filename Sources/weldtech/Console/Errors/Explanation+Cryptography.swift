import Cryptography
import Terminal

extension CryptographyError: Explained {
  var failure: Failure {
    switch self {
    case .unreadable(let path, let errno):
      FileFailure.unreadable(path: path, errno: errno).failure
    case .notCertificate, .notPrivateKey:
      Failure(
        code: "setup.platformKey", message: Text(zh: "不是 PEM 证书", en: "is not a certificate in PEM"),
        hint: Text(zh: "向公司要平台的证书文件", en: "ask the company for the platform's certificate"), exit: .badData)
    case .notVerifyingKey, .notSigningKey:
      Failure(
        code: "firmware.key",
        message: Text(zh: "不是可用的 Ed25519 密钥", en: "is not an Ed25519 key that can be used"),
        hint: Text(
          zh: "用 openssl genpkey -algorithm ed25519 生成，不加密码",
          en: "make one with `openssl genpkey -algorithm ed25519`, without a password"), exit: .badData)
    case .noRandom, .generation, .sealing, .opening, .signing:
      Failure(
        code: "cryptography",
        message: Text(zh: "加密库出错：\(self)", en: "the cryptography library failed: \(self)"),
        hint: Text(zh: "再试一次；仍不行则重新安装 libssl3", en: "try again; if it fails again, reinstall libssl3"))
    case .sealKeyKind(let kind): kind.refusal
    case .notSealKey, .notPKCS12:
      Failure(
        code: "seal.file",
        message: Text(
          zh: "不是带私钥和证书的 .p12（PKCS #12）文件",
          en: "is not a .p12 (PKCS #12) with a private key and its certificate"),
        hint: Text(
          zh: "向发证机构要 .p12 或 .pfx 文件；只有证书时用 --seal-certificate",
          en: "ask the authority for a .p12 or .pfx; a certificate alone is for --seal-certificate"),
        exit: .badData)
    case .wrongPassphrase:
      Failure(
        code: "seal.passphrase.wrong",
        message: Text(zh: "口令打不开这个 .p12 文件", en: "the passphrase does not open the .p12"),
        hint: Text(
          zh: "核对口令文件里的口令，注意大小写和多余的字符",
          en: "check the passphrase in its file, capitals and stray characters too"),
        exit: .badData)
    case .certificateNotOfKey:
      Failure(
        code: "seal.certificate.key",
        message: Text(zh: "证书不是这个密钥的", en: "the certificate does not belong to the key"),
        hint: Text(
          zh: "向发证机构要按本机申请文件签发的证书；不确定就重新申请：weldtech setup --seal-request 文件",
          en:
            "ask the authority for the certificate of this laptop's request; when in doubt request again by `weldtech setup --seal-request FILE`"
        ), exit: .badData)
    case .certificateUsage:
      Failure(
        code: "seal.certificate.usage",
        message: Text(
          zh: "这张证书不是给文件签章用的：用途不含数字签名，或是服务器、时间戳、程序、颁发机构的证书",
          en:
            "the certificate is not for sealing documents: its usage has no digital signature, or it is one for servers, timestamps, programs or an authority"
        ),
        hint: Text(
          zh: "向发证机构要签名用途的证书（不是加密用途或服务器证书）",
          en: "ask the authority for a certificate for signatures, not for encryption or a server"),
        exit: .badData)
    case .sealTooLarge(let bytes, let largest):
      Failure(
        code: "seal.tooLarge",
        message: Text(
          zh: "签章有 \(bytes) 字节，最多 \(largest) 字节，文件里留的位置放不下",
          en: "the seal takes \(bytes) bytes, and the place for it has \(largest)"),
        hint: Text(
          zh: "向发证机构要证书链短一些的证书，或用 P-256 密钥", en: "ask the authority for a shorter chain, or use a P-256 key"),
        exit: .badData)
    case .notSeal:
      Failure(
        code: "seal.unreadable", message: Text(zh: "签章读不了", en: "the seal cannot be read"),
        hint: Text(
          zh: "文件可能改动过：weldtech agreement verify 文件",
          en: "the file may have been changed: `weldtech agreement verify FILE`"),
        exit: .badData)
    case .timestamp(let fault): fault.failure
    }
  }
}

extension KeyKind {
  /// The reason why a key of this kind does not seal.
  fileprivate var refusal: Failure {
    let (zh, en) =
      switch self {
      case .p256: ("P-256 密钥", "a P-256 key")
      case .rsa(let bits) where bits < Self.rsaBits.lowerBound:
        ("RSA 密钥只有 \(bits) 位，至少要 3072 位", "an RSA key of \(bits) bits; 3,072 is the least")
      case .rsa(let bits): ("RSA 密钥有 \(bits) 位，最多 8192 位", "an RSA key of \(bits) bits; 8,192 is the most")
      case .ed25519:
        ("Ed25519 密钥：常用的 PDF 阅读器不认", "an Ed25519 key, whose seals common PDF readers do not accept")
      case .sm2:
        ("国密 SM2 密钥：这里的 PDF 阅读器和验证程序都不认", "an SM2 key, whose seals no validator here accepts")
      case .curve(let name): ("\(name) 曲线的密钥，只能用 P-256", "a key on the curve \(name); only P-256 is taken")
      case .other(let name): ("\(name) 密钥不能签章", "a key of the kind \(name), which does not seal")
      }
    return Failure(
      code: "seal.key.kind", message: Text(zh: "不能用这个密钥签章：\(zh)", en: "the key cannot seal: it is \(en)"),
      hint: Text(
        zh: "用 P-256 或 3072 位以上的 RSA 密钥；weldtech setup --seal-request 会生成 P-256 密钥",
        en: "use P-256, or RSA from 3,072 bits; `weldtech setup --seal-request` makes a P-256 key"),
      exit: .badData)
  }
}

extension TimestampFault: Explained {
  var failure: Failure {
    let (zh, en) =
      switch self {
      case .notReply: ("回答不是时间戳", "its answer is no timestamp")
      case .tooLarge(let bytes): ("回答太大（\(bytes) 字节）", "its answer is too large (\(bytes) bytes)")
      case .refused(let status): ("拒绝了（状态 \(status)）", "it refused (status \(status))")
      case .otherImprint: ("时间戳是给别的内容的", "the timestamp is over something else")
      case .otherNonce: ("回答的是别的请求", "it answered another question")
      case .signature: ("时间戳的签名不对", "the timestamp's own signature is wrong")
      }
    return Failure(
      code: "seal.timestamp",
      message: Text(zh: "时间戳服务的回答不能用：\(zh)", en: "the timestamp authority's answer cannot be used: \(en)"),
      hint: Text(
        zh: "核对地址：weldtech setup --timestamp https://…；签字不受影响，以后 weldtech sync 再取",
        en:
          "check its address, `weldtech setup --timestamp https://…`; the signature stands, and `weldtech sync` asks again"
      ))
  }
}
