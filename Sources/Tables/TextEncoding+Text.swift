extension TextEncoding {
  /// A text file's bytes as UTF-8 without a mark, whatever of UTF-8, GB18030 and UTF-16 they were saved as.
  /// - Throws: `CSVError.brokenText`.
  public static func utf8(of bytes: [UInt8]) throws(CSVError) -> [UInt8] { try decode(bytes).text }
}
