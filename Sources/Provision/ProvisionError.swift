public import ModuleCore
public import Records

/// An error between this laptop and a module, in the terms of the protocol. An error never contains a key, a
/// name or a phone number.
public enum ProvisionError: Error, Hashable, Sendable {
  // MARK: The conversation

  /// The link failed during this request; `.timeout` is a module that did not answer.
  case link(LinkError, during: ModuleRequest)
  /// The module answered with an error.
  case rejected(ModuleRejection, during: ModuleRequest)
  /// Bytes were received, but no reply to the request, however often it was repeated.
  case unusableReply(ReplyFault, during: ModuleRequest)
  /// The request is longer than a message may be; nothing was sent.
  case messageTooLong(ModuleRequest)

  // MARK: Pairing

  /// The key in the module could not be replaced by a new one, and is still valid.
  case replacement(keyID: String, AuthorityFailure)
  /// The module on the cable is not the one that the record names.
  case otherModule(recorded: String, connected: String)
  /// The module is paired with another key than the record's. `held` is the id of that key; nil where the
  /// module is not paired.
  case otherKey(recorded: String, held: String?)
  /// The module does not hold the key whose id it reports.
  case notProven(keyID: String)
  /// The settings that were read back differ from those that were written.
  case configurationDiffers([PairingSettings.Field])
  /// All steps were acknowledged, but the module does not report that it is paired with this key.
  case notConfirmed(keyID: String)
  /// The module cannot store this setting; nothing was sent.
  case badSetting(PairingSettings.Field)
  /// The random source did not give 32 bytes.
  case badRandom

  // MARK: Functional test

  /// The test was cancelled between two steps. The relay was told to open.
  case cancelled
  /// The test ended early, in this step. The relay was told to open.
  indirect case test(step: String, ProvisionError)

  // MARK: Schemes and plans

  case document(file: String, DocumentFault)
  case noSuchScheme(String)
  case noSuchPlan(String)
}

/// The reason why a paired module is not given the authority for an update, for an entry into its ROM
/// bootloader or for another key. Nothing on the module was changed.
public enum AuthorityFailure: Error, Hashable, Sendable {
  /// This laptop does not have the module's key, and the platform cannot be reached.
  case unreachable
  /// This laptop does not have the module's key, and the place to which it delivers gives no proofs.
  case elsewhere
  /// This laptop does not have the module's key, and the platform was never given that key.
  case unknownKey
  /// The platform refuses the proof; `code` is the platform's code, nil where it gave none.
  case refused(code: String?)
  /// The module rejects the proof.
  case wrongProof
  /// Each proof came after the 30 seconds for which the module's challenge is valid.
  case tooSlow
  /// The module accepted the authority, but restarted each time before it was used.
  case lost
  /// The case was not open for ten seconds, or the relay was not open. An update and an entry into the ROM
  /// bootloader wait up to a minute for this.
  case caseClosed
  /// The keys that this laptop keeps could not be read.
  case keysUnreadable
}

/// The error in a module's reply; `group` and `code` are as in `docs/module-protocol.md`.
public struct ModuleRejection: Error, Hashable, Sendable {
  /// The group of the code; nil for codes of the transport and the standard groups, which state no group.
  public let group: UInt16?
  public let code: UInt64

  public init(group: UInt16?, code: UInt64) {
    self.group = group
    self.code = code
  }

  /// Whether the module refused a request for lack of an authority, by one of the codes that all standard
  /// groups share.
  public var isAccessDenied: Bool { (group ?? 0) == 0 && code == ManagementError.accessDenied }

  /// The meaning of a code of group 64; nil for every other group.
  public var refusal: ModuleRefusal? {
    guard group == SMPGroup.module, let code = UInt8(exactly: code) else { return nil }
    return ModuleRefusal(code: code)
  }
}

/// The reason why the bytes received are no reply.
public enum ReplyFault: Error, Hashable, Sendable {
  /// The bytes are noise, have a wrong checksum or are an incomplete frame.
  case garbled
  /// The bytes are a complete reply to an earlier request.
  case otherSequence
  /// The bytes are a complete reply with the right sequence number, but with another group, command or
  /// direction.
  case otherCommand
  /// The map of the reply is incomplete or is not CBOR.
  case notAMap
  /// A field is missing, or has the wrong type, length or range.
  case field(String)
}

/// A fault in the file of a scheme or a plan.
public enum DocumentFault: Hashable, Sendable {
  case unreadable(errno: Int32)
  /// The file is larger than this number of bytes.
  case tooLarge(limit: Int)
  case notJSON(JSONFault)
  /// The field has a fault; `path` gives its place from the top (`appliesTo.supply[0]`), and `step` the step of
  /// a plan that contains it.
  case field(path: String, step: String?, FieldFault)

  public enum FieldFault: Hashable, Sendable {
    case missing, wrongType
    /// There is no field of this name. An ignored mistyped condition would admit every welder.
    case unknown
    /// A list, a text or a table is empty.
    case empty
    /// The value is not one of the allowed values of the field.
    case notAChoice
    /// The upper limit is below the lower, or a rating is not positive.
    case outOfRange
    /// The name belongs to another file or step, too.
    case duplicate
    /// The file's name is not the document's name followed by `.json`.
    case otherFileName
    /// There is no plan, device or terminal of this name.
    case noSuchName
    /// The scheme has limits for a step of this name, and the test plan called `plan` has no such step.
    case noSuchStep(plan: String)
    /// The step has the name of one kind and measures another. Records and agreements would name the wrong
    /// quantity, because they know a step by its name.
    case nameOfOtherKind
    /// The scheme admits welders that draw more current than its relay or its breaker carries.
    case aboveRating
    /// No wire of the diagram leads to a terminal of the device.
    case unconnected
    /// The rating or the cross-section in the diagram is not the scheme's.
    case otherRating
  }
}
