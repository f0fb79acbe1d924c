/// The octets of DER that say how long a value's contents are (X.690, 8.1.3 and 10.1).
public enum DERLength {
  /// Reads the octets with which `bytes` begin.
  /// - Returns: the length of the contents and the number of octets that state this length, both in octets; nil
  ///   where these octets are not the shortest form of a length below 2²⁴, which is more than any seal has.
  public static func read(_ bytes: ArraySlice<UInt8>) -> (length: Int, octets: Int)? {
    guard let first = bytes.first else { return nil }
    guard first >= 0x80 else { return (Int(first), 1) }
    let count = Int(first & 0x7F)
    guard (1...3).contains(count), bytes.count > count else { return nil }
    let length = bytes.dropFirst().prefix(count).reduce(0) { $0 << 8 | Int($1) }
    guard length >= 0x80, length >> (8 * (count - 1)) != 0 else { return nil }
    return (length, 1 + count)
  }
}
