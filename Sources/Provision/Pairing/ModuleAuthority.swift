public import Records

/// The authority to let a paired module take an update, enter its ROM bootloader or change its key: this laptop
/// while it has the module's key, else the platform. Without either only the open seal remains, which the
/// module counts permanently.
public struct ModuleAuthority {
  let keys: (any PairingKeys)?
  let platform: () -> (any ProofAuthority)?
  let usesOpenSeal: Bool
  let record: (FlashAttempt) throws -> Void

  /// - Parameters:
  ///   - keys: the keys that this laptop keeps; nil where it keeps none.
  ///   - platform: gives a way to the platform, where there is one; called when the laptop does not have the key.
  ///   - usesOpenSeal: whether nobody is asked for a proof, because the case is open.
  ///   - record: records durably what an authority is about to be used for. Where it throws, the module gets no
  ///     authority, and the flashing ends as cancelled; the caller knows the reason.
  public init(
    keys: (any PairingKeys)? = nil, platform: @escaping () -> (any ProofAuthority)? = { nil },
    usesOpenSeal: Bool = false, record: @escaping (FlashAttempt) throws -> Void = { _ in }
  ) {
    self.keys = keys
    self.platform = platform
    self.usesOpenSeal = usesOpenSeal
    self.record = record
  }

  /// The party that can prove knowledge of the module's key.
  enum Prover {
    case laptop(SecretKey)
    case platform(() -> (any ProofAuthority)?)
  }

  /// The way in which one module is convinced.
  enum Way {
    case proof(by: Prover)
    /// Nothing is proved: the module sees for itself that its seal is open.
    case openSeal
  }

  /// Finds the way in which a module is convinced; nobody is asked yet.
  /// - Parameter keyID: id of the key that the module holds, lower-case hex.
  /// - Throws: what the store of keys threw.
  func way(of keyID: String, moduleSerial: String) throws -> Way {
    if usesOpenSeal { return .openSeal }
    if let key = try keys?.heldKey(keyID, moduleSerial: moduleSerial) { return .proof(by: .laptop(key)) }
    return .proof(by: .platform(platform))
  }
}

extension ModuleAuthority.Way {
  /// The kind of this way in the record of a flashing.
  var kind: FlashAuthority.Kind {
    switch self {
    case .proof(.laptop): .laptopProof
    case .proof(.platform): .platformProof
    case .openSeal: .openSeal
    }
  }

  /// The kind of this way in the record of a pairing.
  var replacementKind: KeyReplacement.Kind {
    switch self {
    case .proof(.laptop): .laptopProof
    case .proof(.platform): .platformProof
    case .openSeal: .service
    }
  }
}

extension ModuleAuthority.Prover {
  /// The reason for which there is no proof.
  enum Refusal: Error {
    case failure(AuthorityFailure)
    /// The wait for the platform ended with this error.
    case cancelled(any Error)
  }

  /// Makes the proof that a module asks for.
  /// - Parameter byKey: makes the proof with the module's key; called where this laptop has the key.
  func proof(
    _ request: ProofRequest, byKey: (SecretKey) -> [UInt8]
  ) throws(Refusal) -> [UInt8] {
    switch self {
    case .laptop(let key): return byKey(key)
    case .platform(let platform):
      let answer: ProofAnswer
      do { answer = try platform()?.proof(request) ?? .unreachable } catch { throw .cancelled(error) }
      switch answer {
      case .proof(let proof): return proof
      case .unreachable: throw .failure(.unreachable)
      case .elsewhere: throw .failure(.elsewhere)
      case .unknownKey: throw .failure(.unknownKey)
      case .refused(let code): throw .failure(.refused(code: code))
      // The platform returned a judgement and no proof.
      case .judged: throw .failure(.refused(code: nil))
      }
    }
  }
}
