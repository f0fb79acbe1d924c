import Arguments
import Characters
import Cryptography
import Files
import FoundationEssentials
import Records
import Sync
import Terminal

extension Parameters where Options == SetupCommand.Options {
  /// Adds the options about the seal of agreements.
  mutating func seal() {
    option(
      "seal-request", \.sealRequest, .file, placeholder: "F.csr",
      Text(
        zh: "为签章生成密钥，把证书申请写到文件，交给发证机构；新证书来之前旧的照用",
        en:
          "make a key for the seal and write the request for its certificate, for the company's authority; the old one seals until the new one is here"
      ))
    option(
      "seal-certificate", \.sealCertificate, .file, placeholder: "F.pem",
      Text(
        zh: "发证机构给的证书（可含上级证书，顺序不限）；写空改回本机自签",
        en:
          "the certificate that came for the request, with its issuers in any order; empty goes back to a self-issued one"
      ))
    option(
      "seal-key", \.sealKey, .file, placeholder: "F.p12",
      Text(zh: "带密钥和证书的 .p12 文件", en: "a PKCS #12 with key and certificates"))
    option(
      "passphrase-file", \.passphraseFile, .file,
      Text(
        zh: ".p12 的口令文件，只有本人能读（0600），只用这一次",
        en: "the file with the passphrase of the .p12, for its owner only (0600); it is read this once"))
    option(
      "timestamp", \.timestamp, .string, placeholder: "URL",
      Text(
        zh: "时间戳服务（RFC 3161）地址，https；写空为不要时间戳",
        en: "address of the timestamp authority (RFC 3161), https; empty for none"))
  }
}

extension SetupCommand {
  /// The change to the seal that the options ask for. The initialiser checks everything, and `keep` stores it.
  struct SealSetup {
    private enum Change {
      case request(key: SealKey, file: String)
      case identity(SealIdentity)
      case forget
    }

    private let workplace: Workplace
    private let change: Change?
    /// The address of the timestamp authority.
    let timestamp: SettingChange

    /// Checks the options about the seal.
    /// - Throws: `UsageError`, `SealRefused`, `CryptographyError`, `SyncError` and the errors of reading files.
    init(_ options: Options, _ workplace: Workplace) throws {
      self.workplace = workplace
      let told = [
        ("seal-request", options.sealRequest), ("seal-certificate", options.sealCertificate),
        ("seal-key", options.sealKey),
      ].filter { $0.1 != nil }.map(\.0)
      if told.count > 1 { throw UsageError.conflictingOptions("--\(told[0])", "--\(told[1])") }
      if options.passphraseFile != nil, options.sealKey == nil { throw UsageError.missing(option: "seal-key") }
      if let file = options.sealRequest {
        change = .request(key: try Self.keyToRequest(workplace), file: file)
      } else if let file = options.sealCertificate {
        change = file.isEmpty ? .forget : .identity(try Self.certified(by: file, workplace))
      } else if let file = options.sealKey {
        let identity = try Self.identity(inPKCS12: file, options.passphraseFile, workplace)
        // A certificate that has ended would replace the key in use and could seal nothing.
        let now = workplace.clock.now()
        guard identity.certificate.validity.until >= now.secondsSince1970 else {
          let days = identity.certificate.days(in: workplace.clock)
          throw SealRefused.notValid(from: days.from, until: days.until, today: now.day)
        }
        change = .identity(identity)
      } else {
        change = nil
      }
      timestamp = SettingChange(typed: try options.timestamp.map(Self.authorityAddress))
      if case .identity(let identity)? = change { Self.warn(of: identity, workplace) }
    }

    // MARK: - Judging

    /// The key of the request: the key of a pending request, so that its certificate can be used when it comes;
    /// else a new key.
    private static func keyToRequest(_ workplace: Workplace) throws -> SealKey {
      let inUse = try workplace.sealStore.setUp()?.key.publicKeyDigest
      if let waiting = try workplace.sealStore.requestedKey(), waiting.publicKeyDigest != inUse {
        return waiting
      }
      return try SealKey.generate()
    }

    private static func certified(by file: String, _ workplace: Workplace) throws -> SealIdentity {
      let store = workplace.sealStore
      let issuers = try workplace.fieldbook().setup().sealIssuers.map {
        try Certificate.all(file: Array($0.utf8))
      }
      let certificates = try certificates(in: file, workplace) + (issuers ?? [])
      let keys = [try store.requestedKey(), try store.setUp()?.key].compactMap(\.self)
      guard !keys.isEmpty else { throw SealRefused.nothingRequested }
      let owner = keys.first { key in certificates.contains { $0.publicKeyDigest == key.publicKeyDigest } }
      guard let owner else { throw CryptographyError.certificateNotOfKey }
      return try SealIdentity(key: owner, certificates: certificates)
    }

    private static func certificates(in file: String, _ workplace: Workplace) throws -> [Certificate] {
      let bytes = Array(try bytes(of: file, workplace))
      do throws(CryptographyError) { return try Certificate.all(file: bytes) } catch {
        throw SealRefused.notCertificate(path: file)
      }
    }

    private static func bytes(of file: String, _ workplace: Workplace) throws -> Data {
      try workplace.read(file, atMost: Certificate.maxSize)
    }

    private static func identity(inPKCS12 file: String, _ passphraseFile: String?, _ workplace: Workplace)
      throws -> SealIdentity
    {
      let bytes = Array(try bytes(of: file, workplace))
      let passphrase = try passphraseFile.map { try workplace.readPassphrase($0) }
      do throws(CryptographyError) {
        return try SealIdentity(pkcs12: bytes, passphrase: passphrase ?? "")
      } catch {
        guard error == .wrongPassphrase, passphrase == nil else { throw error }
        throw UsageError.missing(option: "passphrase-file")
      }
    }

    static func authorityAddress(_ text: String) throws -> String {
      let typed = TextNormalization.typed(text)
      guard !typed.isEmpty else { return "" }
      let address = DomainName.asciiAddress(typed) ?? typed
      do throws(SyncError) {
        _ = try TimestampClient(TimestampClient.Configuration(address: address))
      } catch {
        switch error {
        case .platformAddress, .plainHTTP: throw SealRefused.timestampAddress(address)
        default: throw error
        }
      }
      return address
    }

    private static func warn(of identity: SealIdentity, _ workplace: Workplace) {
      if let issuer = identity.missingIssuer {
        workplace.console.say(
          Text(
            zh:
              "文件里没有颁发者“\(issuer)”的证书。它若不是对方手里的根证书，就没有人能核对签章：向发证机构要全部上级证书，放在同一个文件里",
            en:
              "the certificate of the issuer '\(issuer)' is not in the file; unless it is the root that others have, nobody can check the seals: ask the authority for all its certificates, and put them into the same file"
          ), .yellow)
      }
      guard !identity.certificate.validity.contains(workplace.clock.now()) else { return }
      let days = identity.certificate.days(in: workplace.clock)
      workplace.console.say(
        Text(
          zh: "这张证书只在 \(days.from) 到 \(days.until) 有效，现在用它不能签字，请核对",
          en:
            "the certificate holds from \(days.from) to \(days.until) only: nothing can be signed with it now; check it"
        ),
        .yellow)
    }

    // MARK: - Keeping

    /// Stores the change. A key is on disk before its request is written.
    func keep() throws {
      let store = workplace.sealStore
      switch change {
      case .request(let key, let file)?:
        let path = absolutePath(file)
        try workplace.checkMayReplace(file) { beginning, byteCount in
          byteCount <= Certificate.maxSize
            && beginning.starts(with: "-----BEGIN CERTIFICATE REQUEST-----".utf8)
        }
        try store.keepRequested(key)
        try workplace.writeSynced(Data(key.request(subject: workplace.sealSubject()).utf8), to: path)
      case .identity(let identity)?: try store.keep(identity)
      case .forget?: try store.forgetSetUp()
      case nil: break
      }
    }
  }

  /// The facts about the seal in the report.
  static func sealFacts(_ document: Document, _ console: Console) -> [(Text, String)] {
    let requested =
      document.sealRequested
      ? Text(zh: "（已申请证书，等发证）", en: " (a certificate is requested)") : Text(zh: "", en: "")
    let line = SealView.line(document.seal)
    return [
      (Text(zh: "签章", en: "seal"), line[console.language] + requested[console.language]),
      (Text(zh: "时间戳", en: "timestamps"), document.timestamp ?? Text(zh: "不取", en: "none")[console.language]),
    ]
  }
}

extension Workplace {
  /// Reads the passphrase of a PKCS #12 from its file, without the line end.
  /// - Throws: `SealRefused`, `FileFailure`.
  func readPassphrase(_ path: String) throws -> String {
    let file: OpenFile
    do throws(FileError) { file = try OpenFile(reading: FilePath(path)) } catch {
      throw FileFailure.unreadable(path: path, errno: error.errno)
    }
    if let status = try? file.status(), status.kind == .regular, status.isOpenToOthers {
      throw SealRefused.passphraseOpen(path: path, mode: Int(status.permissions))
    }
    var bytes = [UInt8](try read(atMost: 1026) { file })
    if bytes.last == 0x0A { bytes.removeLast() }
    if bytes.last == 0x0D { bytes.removeLast() }
    guard bytes.count <= 1024, !bytes.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }),
      !bytes.starts(with: [0xEF, 0xBB, 0xBF]), let text = String(validating: bytes, as: UTF8.self)
    else { throw SealRefused.passphrase(path: path) }
    return text
  }
}
