import ModuleCore
public import Records

/// The terms on which a module's key may be replaced by another one.
public struct ReplacementTerms {
  var authority: (any ProofAuthority)?
  /// The reason for a replacement with the case open and no proof; nil where a proof is needed.
  var serviceReason: WrittenText?
  /// Whether the record's own module gets a new key although it holds the record's key.
  var renewsKey: Bool
  /// The latest inspection of this module that the record has.
  var inspection: ModuleInspection?
  /// The replacement that the record contains; nil where it contains none.
  var recorded: KeyReplacement?
  /// Records an inspection durably, before anything on the module is changed.
  var record: (ModuleInspection) throws -> Void

  public init(
    authority: (any ProofAuthority)? = nil,
    serviceReason: WrittenText? = nil, renewsKey: Bool = false, inspection: ModuleInspection? = nil,
    recorded: KeyReplacement? = nil, record: @escaping (ModuleInspection) throws -> Void = { _ in }
  ) {
    self.authority = authority
    self.serviceReason = serviceReason
    self.renewsKey = renewsKey
    self.inspection = inspection
    self.recorded = recorded
    self.record = record
  }
}

extension Pairing {
  // MARK: - Before

  /// Finds the way in which the module is made to replace its key.
  /// - Returns: the way; nil where the module has no key or keeps its key.
  func replacement(of module: ModuleIdentity, unless isOwn: Bool, _ terms: ReplacementTerms) throws
    -> ModuleAuthority.Way?
  {
    guard let held = module.keyID, !isOwn else { return nil }
    let authority = ModuleAuthority(
      keys: keys, platform: { terms.authority }, usesOpenSeal: terms.serviceReason != nil)
    return try authority.way(of: held, moduleSerial: module.serialNumber)
  }

  /// Makes the inspection from what the module reports of itself and the way in which its key is to be
  /// replaced, and records it where the record does not have it yet.
  func inspect(
    _ module: ModuleIdentity, _ replacement: ModuleAuthority.Way?, _ terms: ReplacementTerms
  ) throws -> ModuleInspection {
    let kind = replacement?.replacementKind
    let history = module.history
    let inspection = ModuleInspection(
      serialNumber: module.serialNumber, keyID: module.keyID ?? "", installation: module.installation,
      resets: module.boots - min(history.bootsAtVisit, module.boots),
      sealOpenings: module.sealOpenings - min(history.sealOpeningsAtVisit, module.sealOpenings),
      watchdogResets: history.watchdogResets, serviceReplacements: history.serviceReplacements,
      provenReplacements: history.provenReplacements, replacing: kind,
      reason: kind == .service ? terms.serviceReason : nil)
    if inspection != terms.inspection { try terms.record(inspection) }
    onEvent(.inspected(inspection))
    return inspection
  }

  // MARK: - The replacement

  /// Replaces the module's present key by `key`, which the module has proved to hold as its pending key.
  func replace(_ module: ModuleIdentity, by key: SecretKey, _ replacement: ModuleAuthority.Way) throws {
    let held = module.keyID ?? ""
    let answered: String
    do {
      answered =
        switch replacement {
        case .openSeal: try client.pairService(by: key, uniqueID: module.uniqueID)
        case .proof(let prover):
          try client.pairReplace(
            by: key, uniqueID: module.uniqueID, proof: try proof(for: module, key, by: prover))
        }
    } catch let error as ProvisionError {
      guard case .rejected(let rejection, _) = error else { throw error }
      switch rejection.refusal {
      case .sealed: throw ProvisionError.replacement(keyID: held, .caseClosed)
      case .notAuthentic: throw ProvisionError.replacement(keyID: held, .wrongProof)
      default: throw error
      }
    }
    guard answered == key.keyID else { throw ProvisionError.notConfirmed(keyID: key.keyID) }
    onEvent(.keyReplaced(replacement.replacementKind))
  }

  private func proof(
    for module: ModuleIdentity, _ key: SecretKey, by prover: ModuleAuthority.Prover
  ) throws -> [UInt8] {
    let held = module.keyID ?? ""
    let challenge = try client.challenge()
    let request = ProofRequest(
      .replace(newKeyID: key.keyID), keyID: held, uniqueID: module.uniqueID, challenge: challenge.bytes)
    do throws(ModuleAuthority.Prover.Refusal) {
      return try prover.proof(request) { old in
        Authenticator.replacement(
          key: old.bytes, challenge: challenge.bytes, newKeyID: Authenticator.keyID(of: key.bytes),
          uniqueID: module.uniqueID)
      }
    } catch {
      switch error {
      case .failure(let failure): throw ProvisionError.replacement(keyID: held, failure)
      case .cancelled(let reason): throw reason
      }
    }
  }

  // MARK: - After

  /// The way in which the module's key was replaced since `inspection`; nil where it was not. The module's
  /// counters show the replacement even where the run that made it never received the reply.
  static func replacement(in module: ModuleIdentity, since inspection: ModuleInspection?) -> KeyReplacement? {
    guard let inspection, inspection.serialNumber == module.serialNumber, let planned = inspection.replacing,
      module.keyID != inspection.keyID
    else { return nil }
    let history = module.history
    if history.serviceReplacements > inspection.serviceReplacements {
      return KeyReplacement(
        kind: .service, previousKeyID: history.previousKeyID, count: history.serviceReplacements,
        reason: inspection.reason)
    }
    guard history.provenReplacements > inspection.provenReplacements else { return nil }
    return KeyReplacement(
      kind: planned, previousKeyID: history.previousKeyID, count: history.provenReplacements, reason: nil)
  }
}
