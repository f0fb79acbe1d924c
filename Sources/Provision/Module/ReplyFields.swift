import ModuleCore

/// The fields of a reply. Each is read by its type, and its name is thrown where it is missing or of another
/// type.
struct ReplyFields {
  private let map: CBORItem?

  /// - Parameter payload: a CBOR map, or no bytes, which some implementations send for an empty map.
  init(_ payload: [UInt8]) throws(ReplyFault) {
    if payload.isEmpty {
      map = nil
      return
    }
    guard let item = try? CBORItem(payload), item.isMap else { throw .notAMap }
    map = item
  }

  /// The error in the reply, if there is one: `{"err": {"group", "rc"}}` in version 1, or `{"rc"}` other than 0
  /// from the transport and standard groups.
  var rejection: ModuleRejection? {
    get throws(ReplyFault) {
      if let error = map?[ModuleField.error] {
        guard let code = error[ModuleField.returnCode]?.unsigned,
          let group = error[ModuleField.group]?.unsigned.flatMap(UInt16.init(exactly:))
        else { throw .field("err") }
        return ModuleRejection(group: group, code: code)
      }
      guard let code = map?[ModuleField.returnCode] else { return nil }
      guard let code = code.unsigned else { throw .field("rc") }
      return code == 0 ? nil : ModuleRejection(group: nil, code: code)
    }
  }

  func optional<Value>(_ key: StaticString, _ read: (CBORItem) -> Value?) throws(ReplyFault) -> Value? {
    guard let item = map?[key], !item.isNull else { return nil }
    guard let value = read(item) else { throw .field(key.description) }
    return value
  }

  func required<Value>(_ key: StaticString, _ read: (CBORItem) -> Value?) throws(ReplyFault) -> Value {
    guard let value = try optional(key, read) else { throw .field(key.description) }
    return value
  }

  /// Reads a serial number, a chip or a version: printable ASCII of 1 to 32 characters, without a blank at
  /// either end.
  func printable(_ key: StaticString) throws(ReplyFault) -> String { try required(key, Self.printable) }
  /// Reads a printable text that may be missing. An empty one is nil too, since a module without a modem has
  /// none.
  func optionalPrintable(_ key: StaticString) throws(ReplyFault) -> String? {
    guard let text = try optionalText(key), !text.isEmpty else { return nil }
    guard ModuleIdentity.isPrintable(text) else { throw .field(key.description) }
    return text
  }

  /// Reads a text of at most 256 bytes of UTF-8.
  func text(_ key: StaticString) throws(ReplyFault) -> String { try required(key, Self.text) }
  func optionalText(_ key: StaticString) throws(ReplyFault) -> String? { try optional(key, Self.text) }
  func flag(_ key: StaticString) throws(ReplyFault) -> Bool { try required(key, \.boolean) }
  /// Reads a count of at most 2^53 − 1: no module counts that far, and a record could not keep more (RFC 7493, 2.2).
  func count(_ key: StaticString) throws(ReplyFault) -> UInt64 { try required(key, Self.count) }
  func optionalCount(_ key: StaticString) throws(ReplyFault) -> UInt64? { try optional(key, Self.count) }
  func integer(_ key: StaticString) throws(ReplyFault) -> Int64 { try required(key, \.integer) }

  func bytes(_ key: StaticString, count: Int) throws(ReplyFault) -> [UInt8] {
    try required(key) { $0.byteString.flatMap { $0.count == count ? $0 : nil } }
  }

  func optionalBytes(_ key: StaticString, count: Int) throws(ReplyFault) -> [UInt8]? {
    try optional(key) { $0.byteString.flatMap { $0.count == count ? $0 : nil } }
  }

  private static func printable(_ item: CBORItem) -> String? {
    guard let text = item.string, ModuleIdentity.isPrintable(text) else { return nil }
    return text
  }

  private static func count(_ item: CBORItem) -> UInt64? {
    guard let count = item.unsigned, count < 1 << 53 else { return nil }
    return count
  }

  private static func text(_ item: CBORItem) -> String? {
    guard let text = item.string, text.utf8.count <= 256 else { return nil }
    return text
  }
}
