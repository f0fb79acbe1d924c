import Characters

/// The credentials of a bucket.
public struct S3Credentials: Hashable, Sendable {
  public let accessKeyID: String
  public let secretAccessKey: String
  /// The token that belongs to credentials of a short life; nil for others.
  public let sessionToken: String?

  /// Makes credentials; nil where a value is empty, longer than 4096 bytes or not visible ASCII, or the access
  /// key's ID has a colon.
  public init?(accessKeyID: String, secretAccessKey: String, sessionToken: String?) {
    for value in [accessKeyID, secretAccessKey, sessionToken ?? "-"] {
      guard (1...4096).contains(value.utf8.count), value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        return nil
      }
    }
    // libcurl ends the name of a user at a colon.
    guard !accessKeyID.utf8.contains(UInt8(ascii: ":")) else { return nil }
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
  }

  /// Reads a file in the form of `~/.aws/credentials`: the keys of the section `default`, or of a file without
  /// sections. The result is nil where a key is missing or has a value that no credentials have.
  public init?(file: [UInt8]) {
    var values: [String: String] = [:]
    var isInDefault = true
    for line in file.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      let line = Self.trimmed(line)
      guard let first = line.first, first != UInt8(ascii: "#"), first != UInt8(ascii: ";") else { continue }
      if first == UInt8(ascii: "[") {
        isInDefault = line.elementsEqual("[default]".utf8)
        continue
      }
      guard isInDefault, let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(decoding: Self.trimmed(line[..<equals]), as: UTF8.self)
      values[name] = String(decoding: Self.trimmed(line[(equals + 1)...]), as: UTF8.self)
    }
    guard let id = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else { return nil }
    self.init(accessKeyID: id, secretAccessKey: secret, sessionToken: values["aws_session_token"])
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
    var bytes = bytes.drop(while: isBlank)
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    return bytes
  }
}

extension S3Credentials: CustomStringConvertible, CustomDebugStringConvertible {
  /// The text names no secret, so that none gets into a log.
  public var description: String { "S3Credentials" }
  public var debugDescription: String { description }
}
