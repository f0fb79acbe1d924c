/// The sizes that a local platform takes at most, bytes.
enum PlatformLimits {
  static let smallDocument = 65_536
  static let record = 4_194_304
  /// The largest body of a PATCH, and the largest file, since tus allows all of it in one.
  static let file = 67_108_864

  static func body(of request: PlatformRequest) -> Int {
    switch request.method {
    case "PATCH": file
    case "PUT" where request.path.hasPrefix("/v1/installations/"): record
    default: smallDocument
    }
  }
}
