/// The part of a file that a request asks for by `Range`, see RFC 9110, section 14.
enum ByteRange: Hashable {
  /// The whole file: the request has no `Range`, or one that may be ignored.
  case whole
  case part(Range<Int>)
  case unsatisfiable

  init(header: String?, count: Int) {
    self = .whole
    guard let header, header.utf8.starts(with: "bytes=".utf8) else { return }
    let bounds = header.dropFirst("bytes=".count).utf8
      .split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map { String(Substring($0)) }
    // A request for several parts, or with a malformed range, gets the whole file, which is always allowed.
    guard bounds.count == 2 else { return }
    switch (CompanionRequest.number(bounds[0]), CompanionRequest.number(bounds[1])) {
    case (let first?, let last?):
      guard first <= last else { return }
      self = first < count ? .part(first..<min(count, last + 1)) : .unsatisfiable
    case (let first?, nil) where bounds[1].isEmpty:
      self = first < count ? .part(first..<count) : .unsatisfiable
    case (nil, let length?) where bounds[0].isEmpty:
      self = length > 0 && count > 0 ? .part(max(0, count - length)..<count) : .unsatisfiable
    default: return
    }
  }
}
