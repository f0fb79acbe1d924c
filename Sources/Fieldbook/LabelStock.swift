public import Records

/// State of a code's label. Whether the code is bound to an installation is recorded separately.
public enum LabelState: String, Hashable, Sendable, Codable, CaseIterable {
  /// The label is ordered, and not known to be complete.
  case printing
  case printed
  case handedOut
  case spoiled
}

/// The history of one code's label and its present state.
public struct StockedLabel: Hashable, Sendable {
  public struct Event: Hashable, Sendable {
    public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
      case printed, reprinted, handedOut, spoiled
    }

    public let name: Name
    public let at: Timestamp
    /// Reason of a reprint or of spoiling, or the person to whom the label was handed; nil for a first print.
    public let note: String?
  }

  public let code: LabelCode
  /// State of the label; nil where this laptop made none.
  public let state: LabelState?
  /// Text of the label's symbol; nil where it is not known.
  public let payload: String?
  /// Digest of the label's file; nil where several labels share the file.
  public let sha256: String?
  /// Texts that the label shows besides its code, by the template's field names; nil where they are not known.
  public let texts: [String: String]?
  public let installation: InstallationID?
  /// The events of the label in the order in which they happened.
  public let events: [Event]
}

/// Numbers of codes by the state of their labels. Every code with a finished label is in exactly one of
/// `inStock`, `handedOut`, `bound` and `spoiled`.
public struct LabelCounts: Hashable, Sendable {
  /// Number of codes that were taken or came in a company's list and have no label yet.
  public var waiting = 0
  /// Number of labels in orders that are under way or interrupted.
  public var printing = 0
  /// Number of labels in `printing` whose code had a label before.
  public var reprinting = 0
  public var printed = 0
  /// Number of labels that were first printed elsewhere and bound, handed out, spoiled or reprinted here.
  public var printedElsewhere = 0
  public var reprinted = 0
  public var inStock = 0
  public var handedOut = 0
  public var bound = 0
  public var spoiled = 0

  /// Whether all labels are accounted for: each label printed here or elsewhere is in stock, handed out, bound,
  /// spoiled, or being reprinted. A reprint takes the place of the label before it.
  public var isBalanced: Bool {
    printed + printedElsewhere == inStock + handedOut + bound + spoiled + reprinting
  }
}

/// Labels that the stock has recorded as being printed.
public struct LabelOrder: Hashable, Sendable {
  let number: Int
  /// Codes whose labels this order has made already, each with its file's digest, or nil where several labels
  /// share the file. The dictionary is empty unless an interrupted order is continued.
  public let made: [LabelCode: String?]
  /// Whether the request has not changed since the order was interrupted, so that the files of `made` can stay.
  public let isUnchanged: Bool
}
