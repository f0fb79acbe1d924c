/// The resource that a request with a right token asks for.
enum CompanionRoute: Hashable, Sendable {
  case page
  /// A style or script of the page.
  case part(String)
  case state
  /// A file that the laptop shows.
  case file(String)
  /// The announcement of an upload.
  case uploads
  case upload(String)
  case kept
  case actions
  /// A paper, by its token.
  case paper(String)

  /// Reads the path below the token; nil where there is no such address.
  init?(path parts: ArraySlice<String>) {
    let parts = Array(parts)
    switch parts.count {
    case 1:
      switch parts[0] {
      case "": self = .page
      case "state": self = .state
      case "uploads": self = .uploads
      case "kept": self = .kept
      case "actions": self = .actions
      default: self = .part(parts[0])
      }
    case 2 where parts[0] == "files": self = .file(parts[1])
    case 2 where parts[0] == "uploads": self = .upload(parts[1])
    default: return nil
    }
  }

  var methods: [String] {
    switch self {
    case .page, .part, .state, .file, .paper: ["GET", "HEAD"]
    case .uploads, .actions: ["POST"]
    case .upload: ["GET", "PATCH"]
    case .kept: ["PUT"]
    }
  }

  /// The media type and the maximum length of the body that a request with this method must have; nil where the
  /// request has no body.
  func body(of method: String) -> (mediaType: String, maxBytes: Int)? {
    switch (self, method) {
    case (.uploads, "POST"): ("application/json", CompanionLimits.maxAnnouncementBytes)
    case (.actions, "POST"): ("application/json", CompanionLimits.maxActionBytes)
    case (.kept, "PUT"): ("application/json", CompanionLimits.maxKeptBytes)
    case (.upload, "PATCH"): ("application/octet-stream", CompanionLimits.maxPieceBytes)
    default: nil
    }
  }
}
