extension TextEncoding {
  /// Turns a text file's bytes into UTF-8 without a mark, in whichever of UTF-8, GB18030 and UTF-16 they were saved.
  /// - Throws: `CSVError.brokenText`.
  public static func utf8(of bytes: [UInt8]) throws(CSVError) -> [UInt8] { try decode(bytes).text }
}
