public import FoundationEssentials

/// An event on the phone. Events come in the order in which they happen.
public enum CompanionEvent: Sendable {
  /// A browser opened the page for the first time.
  case opened(userAgent: String)
  case action(CompanionAction)
  /// Pieces of an upload arrived; at most one event for each second and upload.
  case uploading(shot: String, bytes: Int, of: Int)
}

/// An action of the page, whose form has been checked; the receiver judges whether to carry it out.
public struct CompanionAction: Sendable {
  public enum Kind: Sendable {
    case photo(CompanionUpload, accepts: Set<String>, reason: String?)
    case retake(shot: String)
    case finish
    case unit(UnitChoice)
    case search(String)
    case model(number: Int)
    case answers([String: String])
    case submit([String: String])
    case sign(Signature)
  }

  public enum UnitChoice: Sendable {
    case number(Int)
    case new(name: String)
  }

  public struct Signature: Sendable {
    public var name: String
    public var capacity: String
    /// The last four digits of the signatory's phone, as they were typed.
    public var lastDigits: String
    public var consents: Bool
    public var readToEnd: Bool
    public var textSha256: String
    /// The strokes as JSON, in the format of `sign --signature`.
    public var strokes: Data

    public init(
      name: String, capacity: String, lastDigits: String, consents: Bool, readToEnd: Bool, textSha256: String,
      strokes: Data
    ) {
      self.name = name
      self.capacity = capacity
      self.lastDigits = lastDigits
      self.consents = consents
      self.readToEnd = readToEnd
      self.textSha256 = textSha256
      self.strokes = strokes
    }
  }

  /// The id that the page chose, by which the page finds the action's outcome.
  public let id: String
  public let kind: Kind

  public init(id: String, kind: Kind) {
    self.id = id
    self.kind = kind
  }
}

/// A file that has arrived completely and has the announced digest.
public struct CompanionUpload: Sendable {
  public let id: String
  public let shot: String
  /// The path of the file until `CompanionSession.drop(_:)` removes it. The file's modification time is that on
  /// the phone, where the phone sent a plausible one.
  public let path: String
  public let sha256: String

  public init(id: String, shot: String, path: String, sha256: String) {
    self.id = id
    self.shot = shot
    self.path = path
    self.sha256 = sha256
  }
}

/// The outcome of an action, which the page shows.
public struct CompanionOutcome: Sendable, Codable {
  public var id: String
  public var isDone: Bool
  public var message: String?
  /// The problems of single fields, by the fields' paths.
  public var fields: [String: String]?

  public init(id: String, isDone: Bool, message: String? = nil, fields: [String: String]? = nil) {
    self.id = id
    self.isDone = isDone
    self.message = message
    self.fields = fields
  }
}
