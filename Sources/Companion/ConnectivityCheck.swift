import FoundationEssentials

/// The replies by which phones and computers judge whether a network leads to the internet. Where all names
/// lead to this laptop, as on a hotspot with a name server of its own, these replies keep a phone from leaving
/// the network.
enum ConnectivityCheck {
  /// The reply to a check's path; nil for any other path. Checks come with foreign host names, such as
  /// `connectivitycheck.gstatic.com` and `captive.apple.com`.
  static func reply(to path: String) -> CompanionReply? {
    switch path {
    // Android asks for these paths; Huawei, Xiaomi, OPPO and vivo ask their own hosts for the same path.
    case "/generate_204", "/gen_204": .empty(204)
    case "/hotspot-detect.html", "/library/test/success.html":
      text("<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>", "text/html")
    case "/connecttest.txt": text("Microsoft Connect Test", "text/plain")
    case "/ncsi.txt": text("Microsoft NCSI", "text/plain")
    // Firefox asks for this path.
    case "/success.txt": text("success\n", "text/plain")
    default: nil
    }
  }

  private static func text(_ text: String, _ mediaType: String) -> CompanionReply {
    .bytes(Data(text.utf8), mediaType: mediaType)
  }
}
