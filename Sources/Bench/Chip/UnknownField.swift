/// The error that an order or a world has an unknown field. Ignoring such a field would ignore a misspelt
/// setting.
public struct UnknownField: Error, Hashable {
  public let name: String

  public init(name: String) { self.name = name }
}

extension Decoder {
  /// Refuses an object with fields besides `keys`.
  /// - Throws: `UnknownField`.
  func refuseFields<Key: CodingKey>(besides keys: Key.Type) throws {
    for field in try container(keyedBy: AnyField.self).allKeys where Key(stringValue: field.stringValue) == nil
    {
      throw UnknownField(name: field.stringValue)
    }
  }
}

private struct AnyField: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
