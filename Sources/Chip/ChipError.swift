/// Why the chip could not be made.
enum ChipError: Error, Hashable {
  /// libunicorn refused something; what it was.
  case engine(String)
  /// What came on standard input is no order.
  case order
}
