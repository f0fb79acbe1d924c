import Files
import Terminal

extension Workplace {
  /// Reads the platform's token from its file, without the line end.
  /// - Parameter isGuarded: whether the file must be accessible to its owner only.
  /// - Throws: `TokenRefused`, `FileFailure`.
  func readToken(_ path: String, isGuarded: Bool = false) throws -> String {
    let file: OpenFile
    do throws(FileError) { file = try OpenFile(reading: FilePath(path)) } catch {
      throw FileFailure.unreadable(path: path, errno: error.errno)
    }
    if isGuarded, let status = try? file.status(), status.kind == .regular, status.isOpenToOthers {
      throw TokenRefused.open(path: path, mode: Int(status.permissions))
    }
    let bytes = [UInt8](try read(atMost: 8192) { file })
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) || bytes.starts(with: [0xFF, 0xFE])
      || bytes.starts(with: [0xFE, 0xFF])
    {
      throw TokenRefused.byteOrderMark(path: path)
    }
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    var token = bytes.drop(while: isBlank)
    while let last = token.last, isBlank(last) { token.removeLast() }
    if token.isEmpty { throw TokenRefused.empty(path: path) }
    if token.contains(where: isBlank) { throw TokenRefused.blank(path: path) }
    guard token.count <= 4096, token.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw TokenRefused.notASCII(path: path)
    }
    return String(decoding: token, as: UTF8.self)
  }
}

/// The reason why a token is not used. No case contains the token.
enum TokenRefused: Error {
  case empty(path: String)
  case byteOrderMark(path: String)
  /// The token contains blanks or line breaks.
  case blank(path: String)
  case notASCII(path: String)
  /// Other users than the owner may read the file.
  case open(path: String, mode: Int)
  /// The token was issued for the platform at this origin, and the address belongs to another platform.
  case otherPlatform(String)
}

extension TokenRefused: Explained {
  var failure: Failure {
    switch self {
    case .empty(let path): malformed(path, Text(zh: "是空的", en: "is empty"))
    case .byteOrderMark(let path):
      malformed(path, Text(zh: "开头有字节序标记（BOM）", en: "begins with a byte order mark"))
    case .blank(let path): malformed(path, Text(zh: "里有空格或不止一行", en: "has blanks or several lines"))
    case .notASCII(let path):
      malformed(path, Text(zh: "里有不可见或非 ASCII 字符", en: "has characters that are not visible ASCII"))
    case .open(let path, let mode):
      Failure(
        code: "setup.token.open",
        message: Text(
          zh: "别人也能读凭证文件 \(path)（权限 \(String(mode, radix: 8))）",
          en: "others can read the token file \(path) (mode \(String(mode, radix: 8)))"),
        hint: Text(zh: "chmod 600 \(path)", en: "chmod 600 \(path)"), exit: .badData)
    case .otherPlatform(let origin):
      Failure(
        code: "setup.token.platform",
        message: Text(
          zh: "现有凭证是给 \(origin) 的，不会发给别的平台",
          en: "the token that is set was given for \(origin) and is sent to no other platform"),
        hint: Text(
          zh: "用 --token-file 指定新平台的凭证；新平台不要凭证则写 --token-file \"\"",
          en: "name the new platform's token by --token-file, or --token-file \"\" where it takes none"),
        exit: .usage)
    }
  }

  private func malformed(_ path: String, _ fault: Text) -> Failure {
    Failure(
      code: "setup.token",
      message: Text(zh: "凭证文件 \(path) \(fault.zh)", en: "the token file \(path) \(fault.en)"),
      hint: Text(
        zh: "文件应只有一行凭证，另存为不带 BOM 的纯文本",
        en: "it is one line of visible characters, saved as plain text without a byte order mark"),
      exit: .badData)
  }
}
