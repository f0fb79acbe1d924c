import Arguments
import Cryptography
import FoundationEssentials
import Provision
import Records
import Terminal

/// `firmware`: lists the shipped images and their signers, verifies an image, or signs one.
enum FirmwareCommand {
  static var command: Command<Workplace> {
    Command("firmware", Text(zh: "固件", en: "firmware images")) {
      [
        Command(
          "list", Text(zh: "列出随附的固件和签名者", en: "list the shipped images and who signed them"), run: list),
        Command(
          "verify", Text(zh: "核对固件的签名、说明文件和内容", en: "check an image's signature, manifest and contents"),
          options: VerifyOptions(),
          parameters: { parameters in
            parameters.argument("F", \.manifest, .file, Text(zh: "固件说明文件 F.json", en: "the manifest, F.json"))
          }, run: verify),
        Command(
          "sign", Text(zh: "给固件签名", en: "sign an image"), options: SignOptions(),
          parameters: { parameters in
            parameters.argument("F", \.manifest, .file, Text(zh: "固件说明文件 F.json", en: "the manifest, F.json"))
            parameters.option(
              "key", \.key, .file, placeholder: "K.pem",
              Text(zh: "Ed25519 私钥（PKCS #8，无密码）", en: "the private Ed25519 key (PKCS #8, no password)"))
            parameters.option(
              "output", \.output, .file, placeholder: "F.sig",
              Text(zh: "签名文件，默认在说明文件旁", en: "the signature; unless told, beside the manifest"))
          }, run: sign),
      ]
    }
  }

  // MARK: - list

  struct ListDocument: Encodable {
    struct Row: Encodable {
      var name: String
      var chip: String
      var version: String
      var bytes: Int
      var sha256: String
      var signedBy: String?
      var keyID: String?
      /// The code of the error that flashing the image would end with; nil where there is none.
      var refused: String?

      private enum CodingKeys: String, CodingKey {
        case name, chip, version, bytes, sha256, signedBy, refused
        case keyID = "keyId"
      }
    }

    var firmware: [Row]
  }

  static func list(_ workplace: Workplace) throws -> Int32 {
    let catalogue = try workplace.firmwareShelf().releases()
    let rows = catalogue.releases.map { release in
      var row = ListDocument.Row(
        name: release.manifest.name, chip: release.manifest.chip, version: release.manifest.version,
        bytes: release.manifest.bytes, sha256: release.manifest.sha256)
      switch release.signature {
      case .success(let signer): (row.signedBy, row.keyID) = (signer.name, signer.keyID)
      case .failure(let fault): row.refused = fault.failure.code
      }
      return row
    }
    let console = workplace.console
    for path in try workplace.firmwareShelf().trustedKeys().flaws {
      console.say(
        Text(zh: "\(path) 不是 Ed25519 公钥，不予信任", en: "\(path) is no Ed25519 public key and is not trusted"),
        .yellow)
    }
    for flaw in catalogue.flaws {
      let failure = flaw.fault.failure
      console.say(
        Text(
          zh: "\(flaw.manifestPath)：\(failure.message.zh) [\(failure.code)]",
          en: "\(flaw.manifestPath): \(failure.message.en) [\(failure.code)]"), .yellow)
    }
    try console.answer(ListDocument(firmware: rows)) {
      console.table(
        [
          Text(zh: "名称", en: "name"), Text(zh: "芯片", en: "chip"), Text(zh: "版本", en: "version"),
          Text(zh: "字节", en: "bytes"), Text(verbatim: "SHA-256"), Text(zh: "签名", en: "signed by"),
        ],
        rows.map {
          [
            $0.name, $0.chip, $0.version, "\($0.bytes)", "\($0.sha256.prefix(16))…",
            $0.signedBy ?? "– [\($0.refused ?? "")]",
          ]
        })
    }
    return ExitCode.done.rawValue
  }

  // MARK: - verify

  struct VerifyOptions { var manifest = "" }

  struct VerifyDocument: Encodable {
    struct Reason: Encodable {
      var code: String
      var message: String
    }

    var file: String
    var valid: Bool
    var name: String?
    var chip: String?
    var version: String?
    var bytes: Int?
    var sha256: String?
    var signedBy: String?
    var keyID: String?
    var reason: Reason?

    private enum CodingKeys: String, CodingKey {
      case file, valid, name, chip, version, bytes, sha256, signedBy, reason
      case keyID = "keyId"
    }
  }

  static func verify(_ options: VerifyOptions, _ workplace: Workplace) throws -> Int32 {
    let trusted = try workplace.firmwareShelf().trustedKeys()
    let console = workplace.console
    let verdict = Result { () throws(ImageFault) in
      try Image(manifestPath: options.manifest, trusted: trusted)
    }
    switch verdict {
    case .success(let image):
      let (manifest, signer) = (image.manifest, image.signer)
      let document = VerifyDocument(
        file: options.manifest, valid: true, name: manifest.name, chip: manifest.chip,
        version: manifest.version, bytes: manifest.bytes, sha256: manifest.sha256, signedBy: signer.name,
        keyID: signer.keyID)
      try console.answer(document) {
        console.put(
          Text(
            zh: "可用：\(manifest.name)，由 \(signer.name) 签名（\(signer.keyID.prefix(16))…）",
            en: "good: \(manifest.name), signed by \(signer.name) (\(signer.keyID.prefix(16))…)"))
      }
      return ExitCode.done.rawValue
    case .failure(let fault):
      guard fault.isVerdict else { throw fault }
      let failure = fault.failure
      let reason = VerifyDocument.Reason(code: failure.code, message: failure.message[console.language])
      try console.answer(VerifyDocument(file: options.manifest, valid: false, reason: reason)) {
        console.put(failure.message)
        console.say(Text(zh: "  → \(failure.hint.zh)", en: "  → \(failure.hint.en)"))
        console.say(Text(verbatim: "  [\(failure.code)]"), .dim)
      }
      return ExitCode.failed.rawValue
    }
  }

  // MARK: - sign

  struct SignOptions {
    var manifest = ""
    var key: String?
    var output: String?
  }

  struct SignDocument: Encodable {
    var file: String
    var signature: String
    var keyID: String
    /// The name of the trusted key; nil where flashing refuses the image until the public half of the key is
    /// trusted.
    var signedBy: String?

    private enum CodingKeys: String, CodingKey {
      case file, signature, signedBy
      case keyID = "keyId"
    }
  }

  static func sign(_ options: SignOptions, _ workplace: Workplace) throws -> Int32 {
    guard let keyFile = options.key else { throw UsageError.missing(option: "key") }
    let pem = String(decoding: try workplace.read(keyFile, atMost: VerifyingKey.maxSize), as: UTF8.self)
    guard let key = try? SigningKey(pem: pem) else { throw SigningKeyRejected(path: keyFile) }
    let signature = try ImageSignature(manifestPath: options.manifest, key: key)
    let path = options.output ?? ImageSignature.path(forManifest: options.manifest)
    // The default path belongs to the manifest's signature, so that only another path is checked.
    if options.output != nil {
      try workplace.checkMayReplace(path) { beginning, _ in
        (try? JSONReader.decode(ImageSignature.self, from: Array(beginning))) != nil
      }
    }
    try workplace.write(Data(signature.json), to: path)
    let name = try workplace.firmwareShelf().trustedKeys().name(of: key.verifyingKey)
    let console = workplace.console
    let document = SignDocument(
      file: options.manifest, signature: path, keyID: signature.keyID, signedBy: name)
    try console.answer(document) {
      console.put(
        Text(
          zh: "已签名：\(path)，密钥 \(signature.keyID.prefix(16))…（\(name ?? "尚不受信任")）",
          en: "signed: \(path), key \(signature.keyID.prefix(16))… (\(name ?? "not trusted yet"))"))
    }
    if name == nil {
      console.say(
        Text(
          zh: "把公钥（openssl pkey -in \(keyFile) -pubout）放进 firmware/trust 目录后才能烧录",
          en: "it can be flashed once the public key (openssl pkey -in \(keyFile) -pubout) is in firmware/trust"
        ),
        .yellow)
    }
    return ExitCode.done.rawValue
  }
}

/// The error that the file for signing is no private key that can sign.
struct SigningKeyRejected: Error {
  let path: String
}

extension SigningKeyRejected: Explained {
  var failure: Failure {
    Failure(
      code: "firmware.key",
      message: Text(
        zh: "\(path) 不是无密码的 Ed25519 私钥", en: "\(path) is not a private Ed25519 key without a password"),
      hint: Text(
        zh: "用 openssl genpkey -algorithm ed25519 生成；有密码的先用 openssl pkey 解开",
        en:
          "make one with `openssl genpkey -algorithm ed25519`; one with a password goes through `openssl pkey`"),
      exit: .badData)
  }
}
