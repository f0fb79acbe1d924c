import Arguments
import Terminal

/// The choices for a task that is done on a phone, or in a browser of this laptop.
struct PhoneOptions {
  var isOnPhone = false
  var isInBrowser = false
  /// The name of the network interface on which the phone is; nil lets the program choose.
  var interface: String?
  /// The path of a PNG of the symbol; nil writes none.
  var symbolFile: String?

  var isServed: Bool { isOnPhone || isInBrowser }

  /// The options as they are typed again in the command that continues.
  var words: [String] {
    guard isServed else { return [] }
    return [isOnPhone ? "--phone" : "--browser"] + (interface.map { ["--interface", $0] } ?? [])
  }

  /// Checks that the options can be given together.
  /// - Parameter other: the name of an option that does the same without a page; nil where none was given.
  /// - Throws: `UsageError`.
  func check(against other: String? = nil) throws {
    if isOnPhone, isInBrowser { throw UsageError.conflictingOptions("--phone", "--browser") }
    guard isServed else {
      if interface != nil { throw UsageError.missing(option: "phone") }
      if symbolFile != nil { throw UsageError.missing(option: "phone") }
      return
    }
    if let other { throw UsageError.conflictingOptions(isOnPhone ? "--phone" : "--browser", "--\(other)") }
  }
}

extension Parameters {
  /// Adds the options for a task on a phone.
  /// - Parameter browser: whether the task can be done in a browser of this laptop too.
  mutating func phone(_ path: WritableKeyPath<Options, PhoneOptions>, browser: Bool = false) {
    flag(
      "phone", path.appending(path: \.isOnPhone),
      Text(
        zh: "用手机办：终端里显示二维码，手机不用装软件、不用上网", en: "on a phone, by the symbol in the terminal: no app, no internet"))
    if browser {
      flag(
        "browser", path.appending(path: \.isInBrowser),
        Text(zh: "在这台电脑的浏览器里办", en: "the same page in a browser of this laptop"))
    }
    option(
      "interface", path.appending(path: \.interface), .string, placeholder: "NAME",
      Text(zh: "手机所在的网卡（不写则自动选）", en: "the network interface on which the phone is; else one is chosen"))
    option(
      "qr-file", path.appending(path: \.symbolFile), .file, placeholder: "F.png",
      Text(zh: "二维码另存为 PNG", en: "the symbol as a PNG too"))
  }
}
