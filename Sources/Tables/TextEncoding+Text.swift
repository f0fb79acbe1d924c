extension TextEncoding {
  /// Converts a text file's bytes to UTF-8 without a byte order mark, from UTF-8, GB18030 or UTF-16, whichever
  /// the file has.
  /// - Throws: `CSVError.brokenText`.
  public static func utf8(of bytes: [UInt8]) throws(CSVError) -> [UInt8] { try decode(bytes).text }
}
