/// One element of DER (X.690): its tag and its contents. Only the one encoding that DER allows is read, so that
/// an element is written back byte for byte.
struct DERElement: Hashable {
  /// The tags that CMS needs, each with its class and form.
  enum Tag {
    static let integer: UInt8 = 0x02
    static let octets: UInt8 = 0x04
    static let objectID: UInt8 = 0x06
    static let sequence: UInt8 = 0x30
    static let set: UInt8 = 0x31
    static let context0: UInt8 = 0xA0
    static let context1: UInt8 = 0xA1
  }

  let tag: UInt8
  let contents: [UInt8]

  init(_ tag: UInt8, _ contents: [UInt8]) {
    self.tag = tag
    self.contents = contents
  }

  init(_ tag: UInt8, _ parts: [DERElement]) {
    self.init(tag, parts.flatMap(\.encoded))
  }

  /// Makes an object identifier from its encoded bytes.
  init(objectID: [UInt8]) { self.init(Tag.objectID, objectID) }

  /// Reads bytes that hold one element and nothing else; nil where they do not.
  init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    guard let element = Self.next(&rest), rest.isEmpty else { return nil }
    self = element
  }

  /// The elements in the contents; nil where the contents are not a sequence of whole elements.
  var parts: [DERElement]? {
    var rest = contents[...]
    var parts: [DERElement] = []
    while !rest.isEmpty {
      guard let part = Self.next(&rest) else { return nil }
      parts.append(part)
    }
    return parts
  }

  var encoded: [UInt8] { [tag] + Self.length(contents.count) + contents }

  /// The same elements in the order that DER gives to a set.
  static func sorted(_ parts: [DERElement]) -> [DERElement] {
    parts.sorted { $0.encoded.lexicographicallyPrecedes($1.encoded) }
  }

  private static func length(_ count: Int) -> [UInt8] {
    guard count >= 128 else { return [UInt8(count)] }
    var digits: [UInt8] = []
    var rest = count
    while rest > 0 {
      digits.insert(UInt8(rest & 0xFF), at: 0)
      rest >>= 8
    }
    return [0x80 | UInt8(digits.count)] + digits
  }

  /// Removes the first element from `rest` and returns it; nil where there is no whole element, its tag number
  /// is above 30, or its length is not in the shortest form.
  private static func next(_ rest: inout ArraySlice<UInt8>) -> DERElement? {
    guard let tag = rest.popFirst(), tag & 0x1F != 0x1F, let (length, octets) = DERLength.read(rest) else {
      return nil
    }
    rest = rest.dropFirst(octets)
    guard rest.count >= length else { return nil }
    defer { rest = rest.dropFirst(length) }
    return DERElement(tag, Array(rest.prefix(length)))
  }
}
