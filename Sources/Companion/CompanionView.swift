public import Records

/// The part of the state that the page shows as its contents, as `docs/companion.md` describes it.
public enum CompanionView: Sendable, Encodable {
  case photos(Photos)
  case form(Form)
  case sign(Sign)
  case scheme(Scheme)
  case wait(Wait)
  case done(Done)

  /// The pictures that are wanted, each with the photos that were taken of it.
  public struct Photos: Sendable, Encodable {
    public var shots: [Shot]

    public init(shots: [Shot]) { self.shots = shots }
  }

  /// One picture that is wanted.
  public struct Shot: Sendable, Encodable {
    /// The name in uploads and actions, of `a-z`, `0-9` and `-`.
    public var id: String
    public var stage: Photo.Stage
    public var title: String
    public var hint: String
    public var isNeeded: Bool
    public var photos: [Taken]
    public var question: Question?

    public init(
      id: String, stage: Photo.Stage, title: String, hint: String, isNeeded: Bool, photos: [Taken] = [],
      question: Question? = nil
    ) {
      self.id = id
      self.stage = stage
      self.title = title
      self.hint = hint
      self.isNeeded = isNeeded
      self.photos = photos
      self.question = question
    }
  }

  /// A picture that was taken and attached.
  public struct Taken: Sendable, Encodable {
    /// The name under `files/`.
    public var name: String
    /// The time at which the picture was taken, as text for people.
    public var takenAt: String

    public init(name: String, takenAt: String) {
      self.name = name
      self.takenAt = takenAt
    }
  }

  /// The question that has to be answered before an upload is attached.
  public struct Question: Sendable, Encodable {
    public var upload: String
    /// The code that the action's `accepts` must name to answer yes.
    public var code: String
    public var text: String
    /// Whether the answer yes needs a reason too.
    public var needsReason: Bool
    /// The name under `files/` of the photo that the upload resembles; nil where the question is about no other
    /// photo.
    public var picture: String?

    public init(upload: String, code: String, text: String, needsReason: Bool, picture: String? = nil) {
      self.upload = upload
      self.code = code
      self.text = text
      self.needsReason = needsReason
      self.picture = picture
    }
  }

  /// A registration, filled in on the phone.
  public struct Form: Sendable, Encodable {
    public enum Step: String, Sendable, Encodable {
      /// The step in which a unit is chosen, or a new unit is named.
      case unit
      case fields
      /// The step in which the laptop has to confirm.
      case waiting
    }

    /// A line that can be chosen by its number.
    public struct Line: Sendable, Encodable {
      public var number: Int
      public var text: String

      public init(number: Int, text: String) {
        self.number = number
        self.text = text
      }
    }

    public struct Group: Sendable, Encodable {
      public var title: String
      public var fields: [Field]

      public init(title: String, fields: [Field]) {
        self.title = title
        self.fields = fields
      }
    }

    public struct Field: Sendable, Encodable {
      public enum Kind: String, Sendable, Encodable { case text, name, phone, choice, amount, count, day }

      public struct Choice: Sendable, Encodable {
        public var code: String
        public var title: String

        public init(code: String, title: String) {
          self.code = code
          self.title = title
        }
      }

      public var path: String
      public var title: String
      public var kind: Kind
      /// The choices, empty unless `kind` is `choice`.
      public var choices: [Choice]
      /// The unit of an amount; nil for none.
      public var unit: String?
      public var isRequired: Bool
      public var value: String?
      /// The source of the value; nil where the value was typed.
      public var note: String?
      public var problem: String?
      /// Values that were used before.
      public var suggestions: [String]

      public init(
        path: String, title: String, kind: Kind, choices: [Choice] = [], unit: String? = nil, isRequired: Bool,
        value: String? = nil, note: String? = nil, problem: String? = nil, suggestions: [String] = []
      ) {
        self.path = path
        self.title = title
        self.kind = kind
        self.choices = choices
        self.unit = unit
        self.isRequired = isRequired
        self.value = value
        self.note = note
        self.problem = problem
        self.suggestions = suggestions
      }
    }

    public struct SummaryLine: Sendable, Encodable {
      public var title: String
      public var value: String
      public var note: String?

      public init(title: String, value: String, note: String? = nil) {
        self.title = title
        self.value = value
        self.note = note
      }
    }

    public var step: Step
    public var lines: [Line]
    public var models: [Line]
    public var groups: [Group]
    public var summary: [SummaryLine]

    public init(
      step: Step, lines: [Line] = [], models: [Line] = [], groups: [Group] = [], summary: [SummaryLine] = []
    ) {
      self.step = step
      self.lines = lines
      self.models = models
      self.groups = groups
      self.summary = summary
    }
  }

  /// The agreement, to be read to its end and signed.
  public struct Sign: Sendable, Encodable {
    public struct Signatory: Sendable, Encodable {
      public var name: String
      /// The phone number with all but its first three and last two digits hidden, so that the page does not
      /// show the four digits that it asks for.
      public var maskedPhone: String

      public init(name: String, maskedPhone: String) {
        self.name = name
        self.maskedPhone = maskedPhone
      }
    }

    /// SHA-256 of the text, lower-case hex; the signature is refused for another text.
    public var textSha256: String
    public var title: String
    public var subtitle: String
    public var numbers: [Fact]
    public var blocks: [Block]
    public var statement: String
    public var consentText: String
    public var signatory: Signatory
    public var capacities: [Form.Field.Choice]
    /// The picture of the authority, which an authorised signatory has to show.
    public var authority: Shot

    public init(
      textSha256: String, title: String, subtitle: String, numbers: [Fact], blocks: [Block], statement: String,
      consentText: String, signatory: Signatory, capacities: [Form.Field.Choice], authority: Shot
    ) {
      self.textSha256 = textSha256
      self.title = title
      self.subtitle = subtitle
      self.numbers = numbers
      self.blocks = blocks
      self.statement = statement
      self.consentText = consentText
      self.signatory = signatory
      self.capacities = capacities
      self.authority = authority
    }
  }

  public struct Fact: Sendable, Encodable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A part of the agreement's text.
  public enum Block: Sendable, Encodable {
    case heading(String)
    case band(String)
    case note(String)
    case facts([Fact])
    case columns(titles: [String], rows: [[String]])
    case clauses([String])
  }

  /// An installation scheme, step by step.
  public struct Scheme: Sendable, Encodable {
    /// The name of the scheme's picture under `files/`; nil where the scheme has no picture.
    public var picture: String?
    public var steps: [String]
    public var isDraft: Bool
    /// The approval of the scheme; nil for a draft.
    public var approval: String?
    /// Whether the page offers to continue.
    public var canFinish: Bool

    public init(picture: String?, steps: [String], isDraft: Bool, approval: String?, canFinish: Bool) {
      self.picture = picture
      self.steps = steps
      self.isDraft = isDraft
      self.approval = approval
      self.canFinish = canFinish
    }
  }

  public struct Wait: Sendable, Encodable {
    public var text: String

    public init(text: String) { self.text = text }
  }

  public struct Done: Sendable, Encodable {
    public struct Paper: Sendable, Encodable {
      public var title: String
      /// The whole address, which another browser can fetch.
      public var address: String

      public init(title: String, address: String) {
        self.title = title
        self.address = address
      }
    }

    public var text: String
    public var papers: [Paper]
    /// The names under `files/` of pictures of a paper's pages.
    public var pages: [String]

    public init(text: String, papers: [Paper] = [], pages: [String] = []) {
      self.text = text
      self.papers = papers
      self.pages = pages
    }
  }
}

// MARK: - Encoding

extension CompanionView {
  private enum Key: String, CodingKey { case kind }

  public func encode(to encoder: any Encoder) throws {
    let (kind, members): (String, any Encodable) =
      switch self {
      case .photos(let view): ("photos", view)
      case .form(let view): ("form", view)
      case .sign(let view): ("sign", view)
      case .scheme(let view): ("scheme", view)
      case .wait(let view): ("wait", view)
      case .done(let view): ("done", view)
      }
    try members.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(kind, forKey: .kind)
  }
}

extension CompanionView.Block {
  private enum Key: String, CodingKey { case kind, text, facts, titles, rows, clauses }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .heading(let text): try container.encode(text, forKey: .text)
    case .band(let text): try container.encode(text, forKey: .text)
    case .note(let text): try container.encode(text, forKey: .text)
    case .facts(let facts): try container.encode(facts, forKey: .facts)
    case .columns(let titles, let rows):
      try container.encode(titles, forKey: .titles)
      try container.encode(rows, forKey: .rows)
    case .clauses(let clauses): try container.encode(clauses, forKey: .clauses)
    }
    try container.encode(kind, forKey: .kind)
  }

  private var kind: String {
    switch self {
    case .heading: "heading"
    case .band: "band"
    case .note: "note"
    case .facts: "facts"
    case .columns: "columns"
    case .clauses: "clauses"
    }
  }
}
