/// The resource that a path of the platform names.
enum PlatformResource: Hashable, Sendable {
  case platformKey
  case codeBlocks
  case key(String)
  case starts(String)
  case proofs(String)
  case uploads
  case upload(String)
  case file(String)
  case timestamp(String)
  case installations
  case installation(String)

  /// Reads the parts of a path; nil where they name no resource.
  init?(_ segments: [String]) {
    guard segments.count > 1, segments[0] == "v1" else { return nil }
    switch (segments[1], segments.count) {
    case ("platform-key", 2): self = .platformKey
    case ("code-blocks", 2): self = .codeBlocks
    case ("keys", 3): self = .key(segments[2])
    case ("keys", 4) where segments[3] == "starts": self = .starts(segments[2])
    case ("keys", 4) where segments[3] == "proofs": self = .proofs(segments[2])
    case ("files", 2): self = .uploads
    case ("files", 3): self = .upload(segments[2])
    case ("files", 4) where segments[2] == "sha256": self = .file(segments[3])
    case ("files", 5) where segments[2] == "sha256" && segments[4] == "timestamp":
      self = .timestamp(segments[3])
    case ("installations", 2): self = .installations
    case ("installations", 3): self = .installation(segments[2])
    default: return nil
    }
  }

  /// The resource's methods, as the `Allow` of RFC 9110 lists them.
  var allow: String {
    switch self {
    case .platformKey, .installations, .timestamp: "GET"
    case .codeBlocks, .starts, .proofs: "POST"
    case .key: "PUT"
    case .uploads: "OPTIONS, POST"
    case .upload: "HEAD, OPTIONS, PATCH"
    case .file: "HEAD"
    case .installation: "GET, PUT"
    }
  }
}
