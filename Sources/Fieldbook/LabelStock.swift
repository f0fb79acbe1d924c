public import Records

/// State of the label of a code. Whether the code is bound to an installation is another matter.
public enum LabelState: String, Hashable, Sendable, Codable, CaseIterable {
  /// The label is ordered, and not known to be whole.
  case printing
  case printed
  case handedOut
  case spoiled
}

/// Everything that is known of the label of one code.
public struct StockedLabel: Hashable, Sendable {
  public struct Event: Hashable, Sendable {
    public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
      case printed, reprinted, handedOut, spoiled
    }

    public let name: Name
    public let at: Timestamp
    /// Reason of a reprint or of spoiling, or the person to whom it was handed.
    public let note: String?
  }

  public let code: LabelCode
  /// State of the label; nil where this laptop made none.
  public let state: LabelState?
  /// Text of its symbol; nil where that is not known.
  public let payload: String?
  /// Digest of the label's file; nil where it shared one with other labels.
  public let sha256: String?
  /// Texts that it shows besides its code, by the template's field names; nil where they are not known.
  public let texts: [String: String]?
  public let installation: InstallationID?
  /// What happened to the label, in the order in which it happened.
  public let events: [Event]
}

/// Number of codes by what became of their labels. Every code that has a label is in exactly one of `inStock`, `handedOut`, `bound`
/// and `spoiled`.
public struct LabelCounts: Hashable, Sendable {
  /// Codes that were drawn or came in a company's list and have no label yet.
  public var waiting = 0
  /// Labels of orders that were cut off.
  public var printing = 0
  /// Labels of `printing` whose code had a label before.
  public var reprinting = 0
  public var printed = 0
  /// The labels that came from elsewhere: bound, handed out, spoiled or reprinted here, first printed elsewhere.
  public var printedElsewhere = 0
  public var reprinted = 0
  public var inStock = 0
  public var handedOut = 0
  public var bound = 0
  public var spoiled = 0

  /// Whether all labels are accounted for: each that was printed, here or elsewhere, is in stock, handed out, bound,
  /// spoiled, or its reprint under way. A reprint takes the place of the label before it.
  public var isBalanced: Bool {
    printed + printedElsewhere == inStock + handedOut + bound + spoiled + reprinting
  }
}

/// Labels that the stock has put down as being printed.
public struct LabelOrder: Hashable, Sendable {
  let number: Int
  /// Codes whose labels this order has already made, each with its file's digest, nil where it shares the file with
  /// others. Empty unless the order was cut off and is taken up again.
  public let made: [LabelCode: String?]
  /// Whether the request is the same as when the order was cut off, so that the files of `made` are as they are to be.
  public let isUnchanged: Bool
}
