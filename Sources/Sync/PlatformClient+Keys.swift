public import Cryptography
import FoundationEssentials
public import Records

extension PlatformClient {
  /// Gets the certificate to which keys are sealed.
  /// - Throws: `platformKeyUnreadable`, and the errors of every call.
  public func platformKey() throws(SyncError) -> Certificate {
    let response = try send("GET", "/v1/platform-key", answerLimit: Certificate.maxSize)
    guard response.status == 200 else { throw refusal(response) }
    guard !response.isPage else { throw .notThePlatform(status: response.status) }
    guard let certificate = try? Certificate(pem: String(decoding: response.body, as: UTF8.self)) else {
      throw .platformKeyUnreadable
    }
    return certificate
  }

  /// Sends a module's key. Returns only where the platform has named the key and the module; the laptop may
  /// then erase the secret.
  func deliver(_ key: SealedKey) throws(SyncError) {
    let response = try send(
      "PUT", "/v1/keys/\(key.keyID)", headers: [("Content-Type", "application/json")], body: [UInt8](key.body))
    let answer = try accepted(response, as: KeyAcknowledgement.self)
    guard answer.keyID == key.keyID, answer.moduleSerial == key.moduleSerial else {
      throw .notAcknowledged(status: response.status)
    }
  }
}

extension PendingKey {
  /// Seals a key to the platform's certificate.
  /// - Throws: `sealing`.
  func sealed(_ secret: [UInt8], to certificate: Certificate) throws(SyncError) -> SealedKey {
    guard let envelope = try? Envelope.seal(secret, to: certificate),
      let body = try? RecordCoding.encode([
        "envelope": Data(envelope).base64EncodedString(), "installation": installation.text,
        "moduleSerial": moduleSerial,
      ])
    else { throw .sealing }
    return SealedKey(keyID: keyID, moduleSerial: moduleSerial, body: body)
  }
}

private struct KeyAcknowledgement: Decodable {
  let keyID: String
  let moduleSerial: String

  private enum CodingKeys: String, CodingKey {
    case moduleSerial
    case keyID = "keyId"
  }
}

// MARK: - Starts

extension PlatformClient: StartAuthority {
  /// Asks the platform for a start command.
  /// - Returns: nil where the platform cannot be reached or cannot answer now.
  /// - Throws: `SyncError` where the platform answers with a refusal: `refused`, `credentials`,
  ///   `notAcknowledged`; or `cancelled`.
  public func start(_ request: StartRequest) throws -> SignedStart? {
    do throws(SyncError) {
      let order = StartOrder(
        challenge: Hex.encode(request.challenge), counter: request.counter, seconds: request.seconds,
        moduleSerial: request.moduleSerial)
      let response = try sendJSON("POST", "/v1/keys/\(request.keyID)/starts", order)
      let answer = try accepted(response, as: StartAnswer.self)
      guard let authenticator = code(answer.authenticator),
        answer.counter >= request.counter, (1...request.seconds).contains(answer.seconds)
      else { throw SyncError.notAcknowledged(status: response.status) }
      return SignedStart(counter: answer.counter, seconds: answer.seconds, authenticator: authenticator)
    } catch {
      switch error {
      case .unreachable, .timedOut, .proxyRefused, .interrupted, .notTrusted, .redirected, .notThePlatform,
        .blocked, .platformFailed:
        return nil
      default: throw error
      }
    }
  }
}

/// The 32 bytes of an authentication code; nil for a text that is not their lower-case hex.
private func code(_ text: String) -> [UInt8]? {
  Hex.isLowerCase(text, byteCount: 32) ? Hex.decode(text) : nil
}

private struct StartOrder: Encodable {
  let challenge: String
  let counter: UInt64
  let seconds: UInt32
  let moduleSerial: String
}

private struct StartAnswer: Decodable {
  let counter: UInt64
  let seconds: UInt32
  let authenticator: String
}

// MARK: - Proofs

extension PlatformClient: ProofAuthority {
  /// Asks the platform for a proof, or for its judgement of a module's answer.
  /// - Throws: `SyncError.cancelled`.
  public func proof(_ request: ProofRequest) throws -> ProofAnswer {
    do throws(SyncError) {
      let response = try sendJSON("POST", "/v1/keys/\(request.keyID)/proofs", ProofOrder(request))
      return try accepted(response, as: GivenProof.self).answer(to: request)
    } catch {
      switch error {
      case .cancelled: throw error
      case .refused(status: 404, code: "key.unknown"): return .unknownKey
      case .refused(_, let code): return .refused(code: code)
      case .credentials: return .refused(code: "credentials")
      case .notAcknowledged: return .refused(code: nil)
      default: return .unreachable
      }
    }
  }
}

private struct ProofOrder: Encodable {
  static let replace = "replace"

  let purpose: String
  let challenge: String
  let uniqueID: String
  var newKeyID: String?
  /// The module's answer to the challenge, in hex.
  var answer: String?
  /// The SHA-256 of the update's file, in hex.
  var sha256: String?
  var version: String?

  private enum CodingKeys: String, CodingKey {
    case purpose, challenge, answer, sha256, version
    case newKeyID = "newKeyId"
    case uniqueID = "uniqueId"
  }

  init(_ request: ProofRequest) {
    purpose = request.purpose.name
    challenge = Hex.encode(request.challenge)
    uniqueID = Hex.encode(request.uniqueID)
    switch request.purpose {
    case .replace(let newKeyID): self.newKeyID = newKeyID
    case .prove(let answer): self.answer = Hex.encode(answer)
    case .update(let sha256, let version): (self.sha256, self.version) = (Hex.encode(sha256), version)
    case .bootloader: break
    }
  }
}

extension ProofPurpose {
  /// The purpose as `docs/platform-api.yaml` names it.
  fileprivate var name: String {
    switch self {
    case .replace: ProofOrder.replace
    case .prove: "prove"
    case .update: "update"
    case .bootloader: "bootloader"
    }
  }
}

private struct GivenProof: Decodable {
  let keyID: String
  let purpose: String?
  let proof: String?
  let proven: Bool?

  private enum CodingKeys: String, CodingKey {
    case purpose, proof, proven
    case keyID = "keyId"
  }

  /// Translates the platform's reply to a request. A platform that knows no purposes replies without one, and
  /// its proofs are for replacements.
  func answer(to request: ProofRequest) -> ProofAnswer {
    guard keyID == request.keyID, purpose ?? ProofOrder.replace == request.purpose.name else {
      return .refused(code: nil)
    }
    if case .prove = request.purpose {
      return proven.map { .judged(isRight: $0) } ?? .refused(code: nil)
    }
    guard let proof = proof.flatMap(code) else { return .refused(code: nil) }
    return .proof(proof)
  }
}
