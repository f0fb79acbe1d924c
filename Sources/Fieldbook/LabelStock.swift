public import Records

/// The state of a code's label. Whether the code is bound to an installation is another matter.
public enum LabelState: String, Hashable, Sendable, Codable, CaseIterable {
  /// The label was ordered; it is not known to be whole.
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
    /// The reason why the label was reprinted or spoiled, or the person it was handed to.
    public let note: String?
  }

  public let code: LabelCode
  /// The label's state; nil where this laptop made none.
  public let state: LabelState?
  /// The text in the label's symbol; nil where that is not known.
  public let payload: String?
  /// SHA-256 of the label's file; nil where there was none of its own.
  public let sha256: String?
  /// The texts that the label shows besides its code, by the template's field names; nil where that is not known.
  public let texts: [String: String]?
  public let installation: InstallationID?
  /// The events of the label, oldest first.
  public let events: [Event]
}

/// The numbers of codes by where they are. Every code that has a label is in exactly one of `inStock`, `handedOut`,
/// `bound` and `spoiled`.
public struct LabelCounts: Hashable, Sendable {
  /// The codes drawn or from a company's list that have no label yet.
  public var waiting = 0
  /// The codes in a job that was cut off.
  public var printing = 0
  /// The part of `printing` whose code had a label before.
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

/// An order of labels in the fieldbook.
public struct LabelJob: Hashable, Sendable {
  let number: Int
  /// The codes whose labels this order has already made, each with its file's digest, nil where it has no file
  /// of its own. Empty unless the order was cut off and is taken up again.
  public let made: [LabelCode: String?]
  /// Whether nothing of the order has changed since it was cut off, so that files of `made` are as they are to be.
  public let isSameOrder: Bool
}
