public import ModuleCore
public import Records

/// An error between this laptop and a module, in the words of the protocol. No key, name or phone number is ever part
/// of it.
public enum ProvisionError: Error, Hashable, Sendable {
  // MARK: The conversation

  /// The link failed while this was asked; `.timeout` is a module that did not answer.
  case link(LinkError, during: ModuleRequest)
  /// The module answered, and said no.
  case rejected(ModuleRejection, during: ModuleRequest)
  /// Bytes came back, but no reply to what was asked, however often that was repeated.
  case unusableReply(ReplyFault, during: ModuleRequest)
  /// The request is longer than a message can be; nothing was sent.
  case messageTooLong(ModuleRequest)

  // MARK: Pairing

  /// The module belongs to another installation, whose record stands on this laptop.
  case bound(installation: String, keyID: String)
  /// The key that the module holds could not be made to make way for a new one; it is still valid.
  case replacement(keyID: String, ReplacementFailure)
  /// Another module is on the cable than the one the record names.
  case otherModule(recorded: String, connected: String)
  /// The module is paired with another key than the record says, or (nil) not at all.
  case otherKey(recorded: String, held: String?)
  /// The module does not hold the key that it says it holds.
  case notProven(keyID: String)
  /// The settings that were read back are not those that were written.
  case configurationDiffers([PairingSettings.Field])
  /// All steps were acknowledged, yet the module does not say that it is paired with this key.
  case notConfirmed(keyID: String)
  /// A setting that the module cannot take; nothing was sent.
  case badSetting(PairingSettings.Field)
  /// The random source gave other than 32 bytes.
  case badRandom

  // MARK: Functional test

  /// The test was asked to stop between two steps. The relay was told to open.
  case cancelled
  /// The test ended early, in this step. The relay was told to open.
  indirect case test(step: String, ProvisionError)

  // MARK: Schemes and plans

  case document(file: String, DocumentFault)
  case noSuchScheme(String)
  case noSuchPlan(String)
}

/// The reason for which a module keeps the key that it has.
public enum ReplacementFailure: Error, Hashable, Sendable {
  /// This laptop does not have the key, and the platform cannot be reached.
  case unreachable
  /// This laptop does not have the key, and the platform was never given it.
  case unknownKey
  /// The platform will not prove it; `code` is its own.
  case refused(code: String?)
  /// The module does not take the proof.
  case wrongProof
  /// For a replacement by service the case has to be open for ten seconds, and the relay open.
  case caseClosed
}

/// An error answer: `group` and `code` as in `docs/module-protocol.md`.
public struct ModuleRejection: Error, Hashable, Sendable {
  /// The group of the code; nil for a code of the transport or of a standard group, which says none.
  public let group: UInt16?
  public let code: UInt64

  public init(group: UInt16?, code: UInt64) {
    self.group = group
    self.code = code
  }

  /// The meaning of a code of group 64; nil for every other group.
  public var refusal: ModuleRefusal? {
    guard group == SMPGroup.module, let code = UInt8(exactly: code) else { return nil }
    return ModuleRefusal(code: code)
  }
}

/// The reason for which the bytes that came back are no reply.
public enum ReplyFault: Error, Hashable, Sendable {
  /// Noise, a wrong checksum or a frame cut short.
  case garbled
  /// A whole reply, but to an earlier request.
  case otherSequence
  /// A whole reply with this sequence number, but of another group, command or direction.
  case otherCommand
  /// The reply's map is cut short or is not CBOR.
  case notAMap
  /// A field is missing, or is not of its type, length or range.
  case field(String)
}

/// A fault of a scheme's or a plan's file.
public enum DocumentFault: Hashable, Sendable {
  case unreadable(errno: Int32)
  /// The file is larger than this many bytes.
  case tooLarge(limit: Int)
  case notJSON(JSONFault)
  /// `path` names the field from the top (`appliesTo.supply[0]`); `step` is the plan's step it belongs to.
  case field(path: String, step: String?, FieldFault)

  public enum FieldFault: Hashable, Sendable {
    case missing, wrongType
    /// No such field exists. A mistyped condition would otherwise admit every welder.
    case unknown
    /// A list, a text or a table with nothing in it.
    case empty
    /// The value is not one of those that this field can have.
    case notAChoice
    /// The upper limit is below the lower, or a rating is not positive.
    case outOfRange
    /// The name is taken by another file or step.
    case duplicate
    /// The file's name is not the document's name and `.json`.
    case otherFileName
    /// There is no plan or no step of that name.
    case noSuchName
    /// The scheme admits welders that draw more than its relay or its breaker carries.
    case aboveRating
  }
}
