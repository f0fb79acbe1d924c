public import Records

/// What became of the label of a code. Whether it is bound to an installation is another matter.
public enum LabelState: String, Hashable, Sendable, Codable, CaseIterable {
  /// Ordered; it is not known to be whole.
  case printing
  case printed
  case handedOut
  case spoiled
}

/// All that is known of the label of one code.
public struct StockedLabel: Hashable, Sendable {
  public struct Event: Hashable, Sendable {
    public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
      case printed, reprinted, handedOut, spoiled
    }

    public let name: Name
    public let at: Timestamp
    /// Why it was reprinted or spoiled, who it was handed to.
    public let note: String?
  }

  public let code: LabelCode
  /// Nil where this laptop made no label of it.
  public let state: LabelState?
  /// What its symbol says; nil where that is not known.
  public let payload: String?
  /// Of the label's file; nil where there was none of its own.
  public let sha256: String?
  /// What it shows besides its code, by the template's field names; nil where that is not known.
  public let texts: [String: String]?
  public let installation: InstallationID?
  /// In their order.
  public let events: [Event]
}

/// How many codes are where. Every code that has a label is in exactly one of `inStock`, `handedOut`, `bound`
/// and `spoiled`.
public struct LabelCounts: Hashable, Sendable {
  /// Drawn or from a company's list, without a label yet.
  public var waiting = 0
  /// Of a job that was cut off.
  public var printing = 0
  /// Of `printing`, those whose code had a label before.
  public var reprinting = 0
  public var printed = 0
  /// Labels that came from elsewhere: bound, handed out, spoiled or reprinted here, first printed elsewhere.
  public var printedElsewhere = 0
  public var reprinted = 0
  public var inStock = 0
  public var handedOut = 0
  public var bound = 0
  public var spoiled = 0

  /// Whether what was made is all there: what was printed, here or elsewhere, is in stock, handed out, bound,
  /// spoiled, or its reprint under way. A reprint takes the place of the label before it.
  public var isBalanced: Bool {
    printed + printedElsewhere == inStock + handedOut + bound + spoiled + reprinting
  }

}

/// An order of labels in the fieldbook.
public struct LabelJob: Hashable, Sendable {
  let number: Int
  /// The codes whose labels this order has already made, each with its file's digest, nil where it has no file
  /// of its own. Empty unless the order was cut off and is taken up again.
  public let made: [LabelCode: String?]
  /// Whether nothing of the order has changed since it was cut off, so that files of `made` are as they are to be.
  public let isSameOrder: Bool
}
