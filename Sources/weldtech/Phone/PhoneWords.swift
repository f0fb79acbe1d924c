import Records
import Terminal

extension Installation {
  /// The record in one line, as the page shows it above the task.
  var phoneSubject: String {
    let welder = [self.welder.brand, self.welder.model].compactMap { $0?.text }
    return ([code?.description ?? String(id.text.prefix(8)), owner.unitName.text] + welder).joined(
      separator: " ")
  }
}

extension Text {
  /// The page's message when the photos of a step are complete.
  static let photosKept = Text(
    zh: "照片已存到电脑，可以放下手机了", en: "The photos are kept on the laptop; the phone can be put away")
}
