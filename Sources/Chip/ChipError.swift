/// The reason for which the chip could not be made.
enum ChipError: Error, Hashable {
  /// libunicorn refused the call that is named.
  case engine(String)
  /// The bytes on standard input are no valid order.
  case order
}
