public import Records

/// The labels found in the finished files of a batch, for comparison with the list that they were made from.
struct LabelAccount {
  /// The texts of the symbols one behind the other. A list of 100,000 labels takes some 6 MB.
  private var texts: [UInt8] = []
  /// The end of each text in `texts`, bytes from the start.
  private var ends: [Int] = []
  /// Number of pages in the files that match no page of the batch.
  private var unknownPages = 0
  private var isInOrder = true

  mutating func add(_ text: some Sequence<UInt8>) {
    texts += text
    ends.append(texts.count)
  }

  mutating func addUnknownPage() { unknownPages += 1 }

  mutating func noteDisorder() { isInOrder = false }

  /// Checks that the files show every label of the list exactly once, in the list's order.
  /// - Throws: `notAccountedFor`.
  func check(against requests: some Sequence<LabelRequest>) throws(LabelError) {
    if unknownPages == 0, isInOrder, isSame(as: requests) { return }
    throw .notAccountedFor(shortfall(of: requests))
  }

  private func isSame(as requests: some Sequence<LabelRequest>) -> Bool {
    var position = 0
    for request in requests {
      guard position < ends.count, text(position).elementsEqual(request.payload.text.utf8) else { return false }
      position += 1
    }
    return position == ends.count
  }

  private func text(_ position: Int) -> ArraySlice<UInt8> {
    texts[(position == 0 ? 0 : ends[position - 1])..<ends[position]]
  }

  private func shortfall(of requests: some Sequence<LabelRequest>) -> LabelShortfall {
    var counts: [String: Int] = [:]
    for position in ends.indices { counts[String(decoding: text(position), as: UTF8.self), default: 0] += 1 }
    var missing = LabelShortfall.Codes()
    var repeated = LabelShortfall.Codes()
    for request in requests {
      switch counts.removeValue(forKey: request.payload.text) ?? 0 {
      case 0: missing.add(request.payload.code)
      case 1: break
      default: repeated.add(request.payload.code)
      }
    }
    return LabelShortfall(
      missing: missing, repeated: repeated, unlisted: counts.values.reduce(0, +), unknownPages: unknownPages)
  }
}

/// The differences between the finished files of a batch and its list. Where no label is missing, repeated or
/// unknown, the labels are in another order than in the list.
public struct LabelShortfall: Hashable, Sendable {
  public struct Codes: Hashable, Sendable {
    /// Maximum number of codes that are named.
    public static let maxNamed = 10

    public private(set) var count = 0
    /// The first codes, at most `maxNamed`.
    public private(set) var named: [LabelCode] = []

    public init(_ codes: [LabelCode] = []) {
      for code in codes { add(code) }
    }

    mutating func add(_ code: LabelCode) {
      count += 1
      if named.count < Self.maxNamed { named.append(code) }
    }
  }

  /// Labels of the list that no file shows.
  public let missing: Codes
  /// Labels of the list that the files show more than once.
  public let repeated: Codes
  /// Number of labels that the files show and the list does not have.
  public let unlisted: Int
  /// Number of pages in the files that equal no page that was made and read back.
  public let unknownPages: Int

  public init(missing: Codes, repeated: Codes, unlisted: Int, unknownPages: Int) {
    self.missing = missing
    self.repeated = repeated
    self.unlisted = unlisted
    self.unknownPages = unknownPages
  }

  /// Makes the shortfall of a label whose own file does not hold the label.
  public init(missing code: LabelCode) {
    self.init(missing: Codes([code]), repeated: Codes(), unlisted: 0, unknownPages: 0)
  }
}
