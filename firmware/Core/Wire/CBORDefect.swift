/// The reason for which bytes are not the CBOR that this protocol reads.
public enum CBORDefect: UInt8, Error {
  /// The bytes end inside an item.
  case truncated
  /// The bytes have a reserved head, a stray break, or a chunk of the wrong kind.
  case malformed
  /// More than `CBORItem.maximumDepth` items lie inside each other.
  case tooDeep
  /// Something follows the item.
  case trailingBytes
}
