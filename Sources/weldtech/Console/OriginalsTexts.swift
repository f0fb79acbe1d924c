import Records
import Terminal

extension OriginalsPolicy {
  /// The policy as `setup` and `status` show it.
  var title: Text {
    switch self {
    case .always: Text(zh: "随记录一起上传", en: "delivered with their record")
    case .later: Text(zh: "记录传完以后再上传", en: "delivered after all records")
    case .never: Text(zh: "留在本机，不上传", en: "kept on this laptop")
    }
  }

  /// The sentence about originals of photos that the platform does not have.
  /// - Parameters:
  ///   - count: The number of originals, 1 or more.
  ///   - bytes: Their size in bytes.
  func waiting(_ count: Int, bytes: Int) -> Text {
    let size = Self.megabytes(bytes)
    switch self {
    case .never:
      return Text(
        zh: "\(count) 张照片原图（\(size) MB）留在本机，不上传",
        en: "\(count) originals of photos (\(size) MB) stay on this laptop")
    case .always:
      return Text(
        zh: "还有 \(count) 张照片原图（\(size) MB）待上传",
        en: "\(count) originals of photos (\(size) MB) are still to be delivered")
    case .later:
      return Text(
        zh: "还有 \(count) 张照片原图（\(size) MB）待上传，记录不用等它们",
        en: "\(count) originals of photos (\(size) MB) are still to follow; no record waits for them")
    }
  }

  /// Writes bytes as megabytes of 1,000,000 with one decimal, rounded up, so that nothing but 0 is shown as
  /// 0.0.
  private static func megabytes(_ bytes: Int) -> String {
    let tenths = (bytes + 99_999) / 100_000
    return "\(tenths / 10).\(tenths % 10)"
  }
}
