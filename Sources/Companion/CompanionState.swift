/// Everything that the page shows, as `docs/companion.md` describes it. Uploads, kept fields and outcomes are
/// added by the session.
public struct CompanionState: Sendable {
  public struct Busy: Sendable, Encodable {
    public var text: String
    /// The fraction of the work that is done, 0 to 1; nil where it is not known.
    public var fraction: Double?

    public init(text: String, fraction: Double? = nil) {
      self.text = text
      self.fraction = fraction
    }
  }

  public struct Notice: Sendable, Encodable {
    public enum Kind: String, Sendable, Encodable { case info, warning, error }

    public var kind: Kind
    public var text: String

    public init(_ kind: Kind, _ text: String) {
      self.kind = kind
      self.text = text
    }
  }

  /// The language of the page, `zh` or `en`.
  public var language: String
  public var title: String
  /// The record that the task is about, in words.
  public var subject: String
  public var busy: Busy?
  public var notices: [Notice]
  public var view: CompanionView

  public init(
    language: String, title: String, subject: String, busy: Busy? = nil, notices: [Notice] = [],
    view: CompanionView
  ) {
    self.language = language
    self.title = title
    self.subject = subject
    self.busy = busy
    self.notices = notices
    self.view = view
  }
}
