/// The largest sizes that a local platform accepts, bytes.
enum PlatformLimits {
  static let smallDocument = 65_536
  static let record = 4_194_304
  /// The largest body of a PATCH, and the largest file, since tus allows a whole file in one PATCH.
  static let file = 67_108_864

  static func body(of request: PlatformRequest) -> Int {
    switch request.method {
    case "PATCH": file
    case "POST" where request.takesBytes && request.path == "/v1/files": file
    case "PUT" where request.path.hasPrefix("/v1/installations/"): record
    default: smallDocument
    }
  }
}
