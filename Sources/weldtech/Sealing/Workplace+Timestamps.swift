import Agreements
import Cryptography
import Fieldbook
import FoundationEssentials
import Records
import Sync
import Terminal

extension Workplace {
  /// The file of an agreement, with the timestamp in its seal where there is one.
  func agreementFile(_ agreement: AgreementRecord) throws -> Data {
    try timestamped(agreement.sha256)?.file ?? fieldbook().files.contents(of: agreement.sha256)
  }

  /// The timestamp of an agreement, and the agreement's file with the timestamp in its seal; nil where there is
  /// no timestamp.
  /// - Parameter agreement: SHA-256 of the agreement's file, lower-case hex.
  func timestamped(_ agreement: String) throws -> (token: Data, file: Data)? {
    let fieldbook = try fieldbook()
    guard let timestamp = try fieldbook.timestamp(of: agreement) else { return nil }
    let token = try fieldbook.files.contents(of: timestamp.sha256)
    let sealed = try SealedAgreement(file: fieldbook.files.contents(of: agreement))
    return (token, try sealed.joined(with: TimestampToken(der: [UInt8](token))))
  }

  /// Tries to get the timestamp of an agreement that has just been signed, where an authority is set up.
  /// Without an answer the signature is valid all the same, and `sync` asks again.
  func takeTimestampWhenSigned(of agreement: String) {
    do {
      guard let client = try timestampClient() else { return }
      try takeTimestamp(of: agreement, from: client)
    } catch {
      console.say(
        Text(
          zh: "  暂时没有取到时间戳，weldtech sync 会再取：\(explain(error).message.zh)",
          en: "  no timestamp yet, `weldtech sync` asks again: \(explain(error).message.en)"), .yellow)
    }
  }

  /// The result of asking for the timestamps that agreements lack.
  struct TimestampsTaken {
    var count = 0
    /// The failure that ended the asking; nil where all were taken, or no authority is set up.
    var failure: Failure?
  }

  /// Takes the timestamps that agreements of closed records lack, the oldest first, until the authority gives none.
  func takeTimestamps() throws -> TimestampsTaken {
    var taken = TimestampsTaken()
    guard let client = try timestampClient() else { return taken }
    for missing in try fieldbook().agreementsWithoutTimestamp() {
      do {
        try takeTimestamp(of: missing.agreement, from: client)
        taken.count += 1
      } catch let error as FieldbookError {
        // An agreement that is damaged blocks no other; the check of its record names it.
        if case .fileMissing = error { continue }
        if case .fileDamaged = error { continue }
        throw error
      } catch {
        taken.failure = explain(error)
        break
      }
    }
    return taken
  }

  /// The client of the timestamp authority that was set up; nil where none was.
  func timestampClient() throws -> TimestampClient? {
    guard let address = try fieldbook().setup().timestampAuthority else { return nil }
    return try TimestampClient(
      TimestampClient.Configuration(address: address, userAgent: "weldtech/\(Version.current)"),
      isCancelled: interruption)
  }

  /// Asks for the timestamp of one agreement and keeps it. A token that does not fit into the seal is not kept.
  private func takeTimestamp(of agreement: String, from client: TimestampClient) throws {
    let fieldbook = try fieldbook()
    let sealed = try SealedAgreement(file: fieldbook.files.contents(of: agreement))
    let query = try TimestampQuery(
      over: sealed.seal.signatureValue, nonce: try random(TimestampQuery.nonceByteCount))
    let token = try client.token(for: query)
    _ = try sealed.joined(with: token)
    try fieldbook.keep(timestamp: Data(token.der), time: token.time, of: agreement)
  }
}

extension TimestampError: Explained {
  var failure: Failure {
    switch self {
    case .fault(let fault): fault.failure
    case .status(let status):
      Failure(
        code: "seal.timestamp",
        message: Text(
          zh: "时间戳服务回答 HTTP \(status)", en: "the timestamp authority answered HTTP \(status)"),
        hint: TimestampFault.notReply.failure.hint)
    case .sync(let error):
      Failure(
        code: "seal.timestamp",
        message: Text(
          zh: "连不上时间戳服务（\(SyncReason(error).rawValue)）",
          en: "the timestamp authority cannot be reached (\(SyncReason(error).rawValue))"),
        hint: TimestampFault.notReply.failure.hint)
    }
  }
}
