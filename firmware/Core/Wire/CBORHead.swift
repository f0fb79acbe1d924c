/// The kinds of item that CBOR has (RFC 8949, section 3.1).
enum CBORMajor {
  static var unsigned: UInt8 { 0 }
  static var negative: UInt8 { 1 }
  static var bytes: UInt8 { 2 }
  static var text: UInt8 { 3 }
  static var array: UInt8 { 4 }
  static var map: UInt8 { 5 }
  static var tag: UInt8 { 6 }
  static var simple: UInt8 { 7 }
}

/// An item's first bytes: its kind and its value or length. All readers of CBOR, here and on the laptop, read
/// heads by this type.
struct CBORHead: Sendable {
  /// Maximum depth of nested items, including the outermost one.
  static var maximumDepth: Int { 8 }

  var major: UInt8
  var value: UInt64 = 0
  /// Number of bytes of the value behind the first byte.
  var width = 0
  var isIndefinite = false
  /// Offset of the end of the head.
  var next: Int

  @inline(never)
  init(_ text: Span<UInt8>, at start: Int) throws(CBORDefect) {
    guard start >= 0, start < text.count else { throw .truncated }
    major = text[start] >> 5
    next = start &+ 1
    let information = text[start] & 31
    switch information {
    case 0..<24:
      value = UInt64(information)
    case 24...27:
      width = 1 << Int(information &- 24)
      guard text.count &- next >= width else { throw .truncated }
      for index in next..<next &+ width { value = value << 8 | UInt64(text[index]) }
      next &+= width
    case 31:
      guard major >= CBORMajor.bytes, major != CBORMajor.tag else { throw .malformed }
      isIndefinite = true
    default:
      throw .malformed
    }
  }

  private init(major: UInt8, next: Int) { (self.major, self.next) = (major, next) }

  static var emptyMap: CBORHead { CBORHead(major: CBORMajor.map, next: 0) }

  /// Reads the head of the item at `start`, and skips tags.
  init(_ text: Span<UInt8>, untaggedAt start: Int) throws(CBORDefect) {
    try self.init(text, at: start)
    while major == CBORMajor.tag { try self.init(text, at: next) }
  }

  // MARK: - Values

  var unsigned: UInt64? { major == CBORMajor.unsigned ? value : nil }

  var boolean: Bool? {
    guard major == CBORMajor.simple, width == 0 else { return nil }
    if value == 20 { return false }
    return value == 21 ? true : nil
  }

  /// The range of the content of an unbroken string, provided that the text was checked.
  var content: Range<Int>? {
    guard !isIndefinite, value <= UInt64(UInt16.max) else { return nil }
    return next..<next &+ Int(truncatingIfNeeded: value)
  }

  // MARK: - Walking

  static func isBreak(_ text: Span<UInt8>, at position: Int) -> Bool {
    position < text.count && text[position] == 0xff
  }

  /// Offset of the value for `key` in this map, the first one where the key occurs twice; nil where there is
  /// none.
  @inline(never)
  func place(of key: StaticString, in text: Span<UInt8>) throws(CBORDefect) -> Int? {
    guard major == CBORMajor.map else { return nil }
    var position = next
    var left = value
    while isIndefinite ? !Self.isBreak(text, at: position) : left > 0 {
      let after = try Self.end(of: text, from: position, depth: 1)
      if try Self.isText(key, in: text, at: position) { return after }
      position = try Self.end(of: text, from: after, depth: 1)
      left &-= 1
    }
    return nil
  }

  private static func isText(
    _ key: StaticString, in text: Span<UInt8>, at start: Int
  ) throws(CBORDefect) -> Bool {
    let head = try CBORHead(text, untaggedAt: start)
    guard head.major == CBORMajor.text, let content = head.content, content.count == key.utf8CodeUnitCount,
      content.upperBound <= text.count
    else { return false }
    for index in 0..<content.count where text[content.lowerBound &+ index] != key.utf8Start[index] {
      return false
    }
    return true
  }

  /// Offset of the end of the item that begins at `start`. The depth bounds the recursion, and the number of
  /// bytes bounds the loops.
  static func end(of text: Span<UInt8>, from start: Int, depth: Int) throws(CBORDefect) -> Int {
    guard depth <= maximumDepth else { throw .tooDeep }
    let head = try CBORHead(text, at: start)
    switch head.major {
    case CBORMajor.unsigned, CBORMajor.negative:
      return head.next
    case CBORMajor.bytes, CBORMajor.text:
      return try head.endOfString(text)
    case CBORMajor.tag:
      return try end(of: text, from: head.next, depth: depth &+ 1)
    case CBORMajor.array, CBORMajor.map:
      return try head.endOfContainer(text, depth: depth)
    default:
      // A break belongs to a container and is never an item.
      if head.isIndefinite { throw .malformed }
      return head.next
    }
  }

  private func endOfString(_ text: Span<UInt8>) throws(CBORDefect) -> Int {
    if !isIndefinite { return try endOfPiece(text) }
    var position = next
    while !Self.isBreak(text, at: position) {
      let piece = try CBORHead(text, at: position)
      guard piece.major == major, !piece.isIndefinite else { throw .malformed }
      position = try piece.endOfPiece(text)
    }
    return position &+ 1
  }

  private func endOfPiece(_ text: Span<UInt8>) throws(CBORDefect) -> Int {
    guard value <= UInt64(text.count &- next) else { throw .truncated }
    return next &+ Int(truncatingIfNeeded: value)
  }

  private func endOfContainer(_ text: Span<UInt8>, depth: Int) throws(CBORDefect) -> Int {
    var position = next
    var left = value
    while isIndefinite ? !Self.isBreak(text, at: position) : left > 0 {
      position = try Self.end(of: text, from: position, depth: depth &+ 1)
      if major == CBORMajor.map { position = try Self.end(of: text, from: position, depth: depth &+ 1) }
      left &-= 1
    }
    return isIndefinite ? position &+ 1 : position
  }

  // MARK: - Writing

  /// Writes the shortest head, byte by byte.
  @inline(never)
  static func write(_ major: UInt8, _ value: UInt64, to sink: (UInt8) -> Void) {
    let top = major << 5
    if value < 24 { return sink(top | UInt8(truncatingIfNeeded: value)) }
    var (width, information) = (1, 24 as UInt8)
    while width < 8, value >> UInt64(8 &* width) != 0 { (width, information) = (width &* 2, information &+ 1) }
    sink(top | information)
    while width > 0 {
      width &-= 1
      sink(UInt8(truncatingIfNeeded: value >> UInt64(8 &* width)))
    }
  }
}
