import Terminal

/// The words for registrations that were begun and have no record yet.
enum DraftTexts {
  /// Says how many unfinished registrations there are, and how to complete them.
  static func count(_ count: Int) -> Text {
    Text(
      zh: "没登记完的 \(count) 份：weldtech install 里按编号接着填",
      en: "\(count) not registered yet: `weldtech install` lists them by number, to go on with")
  }
}
