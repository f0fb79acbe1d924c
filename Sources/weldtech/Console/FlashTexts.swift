import Provision
import Records
import Terminal

extension FlashAuthority {
  /// Says by whose authority the module's firmware was changed.
  var sentence: Text {
    switch kind {
    case .laptopProof: Text(zh: "授权：本机的密钥", en: "authorised by this laptop's key")
    case .platformProof: Text(zh: "授权：平台", en: "authorised by the platform")
    case .openSeal:
      Text(zh: "没有用密钥验证，机壳打开后直接更新；模块已记下", en: "by the open case, without a proof; the module has counted it")
    }
  }

  /// Says by whose authority in a few words, with the reason for which the case was opened.
  fileprivate var words: Text {
    switch kind {
    case .laptopProof: Text(zh: "凭本机的密钥", en: "by this laptop's key")
    case .platformProof: Text(zh: "经平台授权", en: "authorised by the platform")
    case .openSeal:
      Text(
        zh: "凭机壳打开" + (reason.map { "（\($0.text)）" } ?? ""),
        en: "by the open case" + (reason.map { " (\($0.text))" } ?? ""))
    }
  }
}

/// The words for what was flashed, on one line.
enum FlashTexts {
  /// The latest flashing on record; nil where there is none.
  static func latest(of installation: Installation) -> Text? {
    guard let entry = installation.history.last(where: { $0.event == "flashed" }) else { return nil }
    // An entry of an earlier program has no version; the version of the latest flashing is in the record.
    let version = entry.firmwareVersion ?? installation.module?.firmwareVersion ?? "–"
    let change = change(from: entry.previousFirmwareVersion, to: version)
    var (zh, en) = ([change], [change])
    func add(_ text: Text?) {
      guard let text else { return }
      zh.append(text.zh)
      en.append(text.en)
    }
    if entry.skipped == true { add(Text(zh: "原已装好", en: "was there already")) }
    add(entry.authority?.words)
    if entry.keyErased == true {
      add(
        entry.keyID.map { Text(zh: "密钥 \($0) 已擦除", en: "key \($0) erased") }
          ?? Text(zh: "密钥已擦除", en: "key erased"))
    }
    add(entry.sealStayedClosed.map(seal))
    let time = entry.at.screenText
    return Text(zh: "\(time)  " + zh.joined(separator: "，"), en: "\(time)  " + en.joined(separator: ", "))
  }

  /// The flashing by authority that was begun last and has no entry of its own; nil where the module has none.
  static func unfinished(of installation: Installation) -> Text? {
    guard let attempt = installation.module?.flashing,
      let entry = installation.history.last(where: { $0.event == "flashBegun" })
    else { return nil }
    let change: Text =
      if let version = attempt.firmwareVersion {
        Text(verbatim: change(from: attempt.installedVersion, to: version))
      } else {
        Text(zh: "设置读保护", en: "protecting from reading")
      }
    let (time, words) = (entry.at.screenText, attempt.authority.words)
    return Text(
      zh: "\(time)  \(change.zh)，\(words.zh)，结果没有记下",
      en: "\(time)  \(change.en), \(words.en), its end is not on record")
  }

  private static func change(from before: String?, to version: String) -> String {
    guard let before, before != version else { return version }
    return "\(before) → \(version)"
  }

  private static func seal(_ stayedClosed: Bool) -> Text {
    stayedClosed
      ? Text(zh: "封条检测线一直闭合", en: "the seal's loop stayed closed")
      : Text(zh: "封条检测线断开过", en: "the seal's loop was opened")
  }
}

extension FlashStep {
  /// The finished part of the present phase, 0 to 1; nil where the part is not known.
  var fraction: Double? {
    switch self {
    case .erasing(let done, let all): Self.part(done - 1, of: all)
    case .writing(let done, let all), .verifying(let done, let all), .uploading(let done, let all):
      Self.part(done, of: all)
    default: nil
    }
  }

  private static func part(_ done: Int, of all: Int) -> Double? {
    all > 0 ? min(1, max(0, Double(done) / Double(all))) : nil
  }
}
