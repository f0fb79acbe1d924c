/// A request's map, read in place in the buffer that it was received in.
///
/// Each field is read by its type, and is nil where it is missing or of another type. Strings in pieces
/// (indefinite length) count as missing.
struct RequestFields: ~Escapable {
  private let text: Span<UInt8>
  private let map: CBORHead

  /// Reads the fields; nil where the payload is no map. An empty payload counts as an empty map.
  @_lifetime(copy payload)
  init?(_ payload: Span<UInt8>) {
    text = payload
    guard !payload.isEmpty else {
      map = CBORHead.emptyMap
      return
    }
    guard let map = try? CBORHead(payload, untaggedAt: 0), map.major == CBORMajor.map,
      let end = try? CBORHead.end(of: payload, from: 0, depth: 1), end == payload.count
    else { return nil }
    self.map = map
  }

  func has(_ key: StaticString) -> Bool { head(key) != nil }
  @inline(never)
  func number(_ key: StaticString) -> UInt64? { head(key)?.unsigned }
  func isTrue(_ key: StaticString) -> Bool { head(key)?.boolean ?? false }

  /// A byte string of exactly `count` bytes, at most `Octets.capacity`.
  @inline(never)
  func octets(_ key: StaticString, _ count: Int) -> Octets? {
    guard let range = range(key, CBORMajor.bytes), range.count == count else { return nil }
    return Octets(text.extracting(range))
  }

  /// A byte string of any length; `has` distinguishes an empty one from a missing one.
  @_lifetime(copy self)
  func data(_ key: StaticString) -> Span<UInt8> { text.extracting(range(key, CBORMajor.bytes) ?? 0..<0) }

  /// The bytes of a text; none where the field is missing or no text.
  @_lifetime(copy self)
  func text(_ key: StaticString) -> Span<UInt8> { text.extracting(range(key, CBORMajor.text) ?? 0..<0) }

  func hasText(_ key: StaticString) -> Bool { range(key, CBORMajor.text) != nil }

  /// Whether a field is a text of printable ASCII whose number of characters is within `sizes`, as all stored
  /// texts are.
  func hasPrintable(_ key: StaticString, _ sizes: ClosedRange<Int>) -> Bool {
    guard let range = range(key, CBORMajor.text), sizes.contains(range.count) else { return false }
    for index in range where text[index] < 0x20 || text[index] > 0x7e { return false }
    return true
  }

  func hasData(_ key: StaticString) -> Bool { range(key, CBORMajor.bytes) != nil }

  // MARK: -

  @inline(never)
  private func head(_ key: StaticString) -> CBORHead? {
    guard let place = try? map.place(of: key, in: text) else { return nil }
    return try? CBORHead(text, untaggedAt: place)
  }

  @inline(never)
  private func range(_ key: StaticString, _ major: UInt8) -> Range<Int>? {
    guard let head = head(key), head.major == major else { return nil }
    return head.content
  }
}
