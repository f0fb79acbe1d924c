/// The reason for which the chip could not be made.
enum ChipError: Error, Hashable {
  /// libunicorn refused this.
  case engine(String)
  /// The bytes on standard input are no order.
  case order
}
