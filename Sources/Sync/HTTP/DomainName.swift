internal import CIDN2

/// Converts domain names that are not ASCII to the form of DNS, certificates, modules and labels (`xn--…`).
public enum DomainName {
  /// The length of the longest name of DNS, bytes.
  private static let maxBytes = 253

  /// Gives an address an ASCII host: an ASCII host stays unchanged, any other takes its `xn--` form.
  /// - Returns: nil where the host is no domain name.
  public static func asciiAddress(_ address: String) -> String? {
    guard !address.utf8.allSatisfy({ $0 < 0x80 }) else { return address }
    guard let scheme = address.firstRange(of: "://") else { return nil }
    let rest = address[scheme.upperBound...]
    let end = rest.firstIndex { "/?#:".contains($0) } ?? rest.endIndex
    guard let host = ascii(String(rest[..<end])), rest[end...].utf8.allSatisfy({ $0 < 0x80 }) else {
      return nil
    }
    return address[..<scheme.upperBound] + host + rest[end...]
  }

  static func ascii(_ name: String) -> String? {
    guard !name.isEmpty, name.utf8.count <= 4 * maxBytes else { return nil }
    let room = [CChar](unsafeUninitializedCapacity: maxBytes + 1) { buffer, count in
      count = wt_idn2_ascii(name, buffer.baseAddress, buffer.count) == 1 ? buffer.count : 0
    }
    guard !room.isEmpty else { return nil }
    return String(decoding: room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
