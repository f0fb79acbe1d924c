/// One item of a CBOR text (RFC 8949), read in place.
///
/// The whole text is checked once, when it is opened; after that every question is answered from the bytes without
/// building a tree. Definite and indefinite lengths are read, tags are passed through, floats are passed over.
public struct CBORItem: Sendable {
  /// Items inside each other, the outermost one counted.
  public static var maximumDepth: Int { 8 }

  enum Major {
    static var unsigned: UInt8 { 0 }
    static var negative: UInt8 { 1 }
    static var bytes: UInt8 { 2 }
    static var text: UInt8 { 3 }
    static var array: UInt8 { 4 }
    static var map: UInt8 { 5 }
    static var tag: UInt8 { 6 }
    static var simple: UInt8 { 7 }
  }

  private let bytes: [UInt8]
  private let head: Head

  /// Opens the one item that `bytes` are.
  public init(_ bytes: [UInt8]) throws(CBORDefect) {
    let end = try Self.end(of: bytes, from: 0, depth: 1)
    guard end == bytes.count else { throw .trailingBytes }
    try self.init(bytes, at: 0)
  }

  private init(_ bytes: [UInt8], at start: Int) throws(CBORDefect) {
    var head = try Head(bytes, at: start)
    while head.major == Major.tag { head = try Head(bytes, at: head.next) }
    self.bytes = bytes
    self.head = head
  }

  // MARK: - Values

  public var unsigned: UInt64? { head.major == Major.unsigned ? head.value : nil }

  /// An integer of either sign, where it fits.
  public var integer: Int64? {
    switch head.major {
    case Major.unsigned: Int64(exactly: head.value)
    case Major.negative: head.value <= UInt64(Int64.max) ? Int64(bitPattern: ~head.value) : nil
    default: nil
    }
  }

  public var boolean: Bool? {
    guard head.major == Major.simple, head.width == 0 else { return nil }
    switch head.value {
    case 20: return false
    case 21: return true
    default: return nil
    }
  }

  public var isNull: Bool { head.major == Major.simple && head.width == 0 && head.value == 22 }

  /// A byte string.
  public var byteString: [UInt8]? { string(Major.bytes) }

  /// A text as its UTF-8 bytes, which nobody has checked to be UTF-8.
  public var text: [UInt8]? { string(Major.text) }

  public var isMap: Bool { head.major == Major.map }

  /// A map's value for `key`; of two with the same key, the first. Nil where this is no map.
  public subscript(_ key: StaticString) -> CBORItem? {
    guard isMap else { return nil }
    var found: CBORItem?
    walk { (item, next) throws(CBORDefect) in
      if !item.isText(key) { return false }
      found = try CBORItem(bytes, at: next)
      return true
    }
    return found
  }

  /// An array's items.
  public var elements: [CBORItem]? {
    guard head.major == Major.array else { return nil }
    var items: [CBORItem] = []
    walk { (item, _) in
      items.append(item)
      return false
    }
    return items
  }

  // MARK: - Reading in place; the text was checked when it was opened

  /// Calls `visit` for each item of an array, or for each key of a map with the place of its value, until it
  /// returns true.
  private func walk(_ visit: (CBORItem, Int) throws(CBORDefect) -> Bool) {
    var position = head.next
    var left = head.value
    do throws(CBORDefect) {
      while head.isIndefinite ? !Self.isBreak(bytes, at: position) : left > 0 {
        let item = try CBORItem(bytes, at: position)
        let next = try Self.end(of: bytes, from: position, depth: 1)
        if try visit(item, next) { return }
        position = head.major == Major.map ? try Self.end(of: bytes, from: next, depth: 1) : next
        left &-= 1
      }
    } catch {
      return
    }
  }

  private func string(_ major: UInt8) -> [UInt8]? {
    guard head.major == major else { return nil }
    if !head.isIndefinite { return bytes.slice(head.next, Int(truncatingIfNeeded: head.value)) }
    var whole: [UInt8] = []
    var position = head.next
    while !Self.isBreak(bytes, at: position) {
      guard let chunk = try? Head(bytes, at: position),
        let part = bytes.slice(chunk.next, Int(truncatingIfNeeded: chunk.value))
      else { return nil }
      whole.append(contentsOf: part)
      position = chunk.next &+ part.count
    }
    return whole
  }

  private func isText(_ key: StaticString) -> Bool {
    guard head.major == Major.text else { return false }
    if head.isIndefinite {
      guard let text else { return false }
      return text.count == key.utf8CodeUnitCount && Self.equal(text, 0, key)
    }
    guard head.value == UInt64(key.utf8CodeUnitCount), bytes.count &- head.next >= key.utf8CodeUnitCount
    else { return false }
    return Self.equal(bytes, head.next, key)
  }

  private static func equal(_ bytes: [UInt8], _ offset: Int, _ key: StaticString) -> Bool {
    for index in 0..<key.utf8CodeUnitCount where bytes[offset &+ index] != key.utf8Start[index] {
      return false
    }
    return true
  }

  // MARK: - Checking

  private static func isBreak(_ bytes: [UInt8], at position: Int) -> Bool {
    position < bytes.count && bytes[position] == 0xff
  }

  /// Where the item that begins at `start` ends; recursion is bounded by the depth, loops by the bytes.
  private static func end(of bytes: [UInt8], from start: Int, depth: Int) throws(CBORDefect) -> Int {
    guard depth <= maximumDepth else { throw .tooDeep }
    let head = try Head(bytes, at: start)
    switch head.major {
    case Major.unsigned, Major.negative:
      return head.next
    case Major.bytes, Major.text:
      return try endOfString(bytes, head)
    case Major.tag:
      return try end(of: bytes, from: head.next, depth: depth &+ 1)
    case Major.array, Major.map:
      return try endOfContainer(bytes, head, depth: depth)
    default:
      // A break belongs to a container and is never an item.
      if head.isIndefinite { throw .malformed }
      return head.next
    }
  }

  private static func endOfString(_ bytes: [UInt8], _ head: Head) throws(CBORDefect) -> Int {
    if !head.isIndefinite {
      guard head.value <= UInt64(bytes.count &- head.next) else { throw .truncated }
      return head.next &+ Int(truncatingIfNeeded: head.value)
    }
    var position = head.next
    while !isBreak(bytes, at: position) {
      let chunk = try Head(bytes, at: position)
      guard chunk.major == head.major, !chunk.isIndefinite else { throw .malformed }
      position = try endOfString(bytes, chunk)
    }
    return position &+ 1
  }

  private static func endOfContainer(
    _ bytes: [UInt8], _ head: Head, depth: Int
  ) throws(CBORDefect) -> Int {
    var position = head.next
    var left = head.value
    while head.isIndefinite ? !isBreak(bytes, at: position) : left > 0 {
      position = try end(of: bytes, from: position, depth: depth &+ 1)
      if head.major == Major.map { position = try end(of: bytes, from: position, depth: depth &+ 1) }
      left &-= 1
    }
    return head.isIndefinite ? position &+ 1 : position
  }

  /// An item's first bytes: its kind and its value or length.
  private struct Head: Sendable {
    var major: UInt8
    var value: UInt64 = 0
    /// Bytes that the value took after the first.
    var width = 0
    var isIndefinite = false
    /// Where the head ends.
    var next: Int

    init(_ bytes: [UInt8], at start: Int) throws(CBORDefect) {
      guard start >= 0, start < bytes.count else { throw .truncated }
      major = bytes[start] >> 5
      next = start &+ 1
      let information = bytes[start] & 31
      switch information {
      case 0..<24:
        value = UInt64(information)
      case 24...27:
        width = 1 << Int(information &- 24)
        guard bytes.count &- next >= width else { throw .truncated }
        for index in next..<next &+ width { value = value << 8 | UInt64(bytes[index]) }
        next &+= width
      case 31:
        guard major >= Major.bytes, major != Major.tag else { throw .malformed }
        isIndefinite = true
      default:
        throw .malformed
      }
    }
  }
}
