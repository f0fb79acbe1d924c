import Cryptography
import ModuleCore
public import Records

/// The statements of an installed module about itself, and the result of its key proof. Reading them changes
/// nothing on the module.
public struct ModuleReading: Sendable {
  public let identity: ModuleIdentity
  public let settings: PairingSettings
  public let sealIsClosed: Bool
  public let proof: InspectionFindings.KeyProof

  /// Asks a module and has its proof judged: by this laptop where it has the key, else by the authority.
  /// - Parameters:
  ///   - key: gives the key of this id and module serial number; nil where this laptop does not have it.
  ///   - authority: the platform; the failure says why there is none.
  ///   - random: returns the given number of unpredictable bytes, for the challenge.
  /// - Throws: `ProvisionError`, and what `key`, the authority or `random` threw.
  public init(
    _ client: SMPClient, key: (_ keyID: String, _ moduleSerial: String) throws -> SecretKey?,
    authority: Result<any ProofAuthority, NoAuthority>, random: (Int) throws -> [UInt8]
  ) throws {
    identity = try client.identity()
    settings = try client.configuration()
    sealIsClosed = try client.readings().sealClosed
    proof = try Self.proof(of: identity, client, key: key, authority, random)
  }

  /// The reason why nobody can judge the proof.
  public struct NoAuthority: Error {
    let reason: InspectionCheck.Reason

    public init(_ reason: InspectionCheck.Reason) { self.reason = reason }
  }

  private static func proof(
    of module: ModuleIdentity, _ client: SMPClient, key: (String, String) throws -> SecretKey?,
    _ authority: Result<any ProofAuthority, NoAuthority>, _ random: (Int) throws -> [UInt8]
  ) throws -> InspectionFindings.KeyProof {
    guard let keyID = module.keyID else { return .notJudged(.nothingToCompare) }
    let challenge = try random(Authenticator.challengeSize)
    guard challenge.count == Authenticator.challengeSize else { throw ProvisionError.badRandom }
    let answer = try client.pairProve(challenge)
    guard answer.keyID == keyID else { return module.pendingKeyID == answer.keyID ? .pending : .wrong }
    if let key = try key(keyID, module.serialNumber) {
      let expected = Authenticator.proof(key: key.bytes, challenge: challenge, uniqueID: module.uniqueID)
      return Authenticator.matches(answer.code, expected) ? .proven : .wrong
    }
    switch authority {
    case .failure(let none): return .notJudged(none.reason)
    case .success(let authority):
      let request = ProofRequest(
        .prove(answer: answer.code), keyID: keyID, uniqueID: module.uniqueID, challenge: challenge)
      switch try authority.proof(request) {
      case .judged(let isRight): return isRight ? .proven : .wrong
      case .unreachable: return .notJudged(.platformUnreachable)
      case .elsewhere: return .notJudged(.noPlatform)
      case .unknownKey: return .notJudged(.keyUnknown)
      // A refusal is no judgement, and neither is a proof.
      case .proof, .refused: return .notJudged(.platformRefused)
      }
    }
  }

  /// The first 128 characters of a text, with `?` for each one that is not printable ASCII. A module may report
  /// anything, and the text goes into records, onto terminals and onto paper.
  private static func printable(_ text: String) -> String {
    String(text.unicodeScalars.prefix(128).map { (0x20...0x7E).contains($0.value) ? Character($0) : "?" })
  }

  /// The module's statements in the form in which they are compared with a record.
  public var findings: InspectionFindings.Module {
    InspectionFindings.Module(
      serialNumber: identity.serialNumber, firmwareVersion: identity.firmwareVersion, keyID: identity.keyID,
      installation: identity.installation.map(Self.printable), code: Self.printable(settings.code),
      platform: Self.printable(settings.platform),
      trustAnchor: Hex.encode(settings.trustAnchor), sealIsClosed: sealIsClosed, state: identity.state,
      proof: proof)
  }
}

extension ModuleIdentity {
  /// The module's counts and its firmware's digest, as a record keeps them.
  public var state: ModuleState {
    ModuleState(
      imageSha256: Hex.encode(imageSha256), starts: boots, sealOpenings: sealOpenings,
      watchdogResets: history.watchdogResets, serviceReplacements: history.serviceReplacements,
      provenReplacements: history.provenReplacements, provenUpdates: history.provenUpdates,
      serviceUpdates: history.serviceUpdates, provenEntries: history.provenEntries,
      serviceEntries: history.serviceEntries)
  }
}
