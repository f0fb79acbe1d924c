/// The reason why bytes are not CBOR that this protocol accepts.
public enum CBORDefect: UInt8, Error {
  /// The bytes end inside an item.
  case truncated
  /// The bytes have a reserved head, a stray break, or a chunk of the wrong kind.
  case malformed
  /// The items are nested deeper than `CBORItem.maximumDepth`.
  case tooDeep
  /// Other bytes follow the item.
  case trailingBytes
}
