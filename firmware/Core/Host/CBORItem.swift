/// One item of a CBOR text (RFC 8949), read in place.
///
/// The whole text is checked once, when it is opened; after that each value is read from the bytes without
/// building a tree. Definite and indefinite lengths are read, tags are ignored, and floats are skipped.
public struct CBORItem: Sendable {
  /// Maximum depth of nested items, including the outermost one.
  public static var maximumDepth: Int { CBORHead.maximumDepth }

  private let bytes: [UInt8]
  private let head: CBORHead

  /// Opens the bytes of exactly one item.
  public init(_ bytes: [UInt8]) throws(CBORDefect) {
    let end = try CBORHead.end(of: bytes.span, from: 0, depth: 1)
    guard end == bytes.count else { throw .trailingBytes }
    try self.init(bytes, at: 0)
  }

  private init(_ bytes: [UInt8], at start: Int) throws(CBORDefect) {
    self.bytes = bytes
    head = try CBORHead(bytes.span, untaggedAt: start)
  }

  // MARK: - Values

  public var unsigned: UInt64? { head.unsigned }

  /// The integer of the item, of either sign; nil where the item is no integer or does not fit.
  public var integer: Int64? {
    switch head.major {
    case CBORMajor.unsigned: Int64(exactly: head.value)
    case CBORMajor.negative: head.value <= UInt64(Int64.max) ? Int64(bitPattern: ~head.value) : nil
    default: nil
    }
  }

  public var boolean: Bool? { head.boolean }

  public var isNull: Bool { head.major == CBORMajor.simple && head.width == 0 && head.value == 22 }

  /// The byte string of the item; nil where the item is none.
  public var byteString: [UInt8]? { string(CBORMajor.bytes) }

  /// The text of the item, as bytes that are not checked to be UTF-8; nil where the item is no text.
  public var text: [UInt8]? { string(CBORMajor.text) }

  /// The text of the item; nil where the item is no text or not valid UTF-8.
  public var string: String? {
    guard let text else { return nil }
    return String(validating: text, as: UTF8.self)
  }

  public var isMap: Bool { head.major == CBORMajor.map }

  /// The map's value for `key`, the first one where the key occurs twice; nil where the item is no map or has
  /// no such key.
  public subscript(_ key: StaticString) -> CBORItem? {
    guard let place = try? head.place(of: key, in: bytes.span) else { return nil }
    return try? CBORItem(bytes, at: place)
  }

  /// The elements of an array; nil where the item is no array.
  public var elements: [CBORItem]? {
    guard head.major == CBORMajor.array else { return nil }
    var items: [CBORItem] = []
    var position = head.next
    do throws(CBORDefect) {
      while head.isIndefinite
        ? !CBORHead.isBreak(bytes.span, at: position) : UInt64(items.count) < head.value
      {
        items.append(try CBORItem(bytes, at: position))
        position = try CBORHead.end(of: bytes.span, from: position, depth: 1)
      }
    } catch {
      return nil
    }
    return items
  }

  // MARK: - Strings

  private func string(_ major: UInt8) -> [UInt8]? {
    guard head.major == major else { return nil }
    if !head.isIndefinite { return bytes.slice(head.next, Int(truncatingIfNeeded: head.value)) }
    var whole: [UInt8] = []
    var position = head.next
    while !CBORHead.isBreak(bytes.span, at: position) {
      guard let chunk = try? CBORHead(bytes.span, at: position),
        let part = bytes.slice(chunk.next, Int(truncatingIfNeeded: chunk.value))
      else { return nil }
      whole.append(contentsOf: part)
      position = chunk.next &+ part.count
    }
    return whole
  }
}
