import Arguments
import Records
import Terminal

/// The options `--service --reason TEXT`, by which the open case stands for a proof.
enum ServiceOption {
  /// The reason; nil without `--service`.
  /// - Parameter earlier: the reason that an interrupted run was given for the same work; nil where there is
  ///   none.
  /// - Throws: `UsageError` where a reason is missing, or is given without `--service`.
  static func reason(
    _ isService: Bool, _ text: String?, earlier: WrittenText?, _ workplace: Workplace
  ) throws -> WrittenText? {
    let reason = try workplace.written(text, as: .note, option: "reason")
    guard isService else {
      if text != nil { throw UsageError.missing(option: "service") }
      return nil
    }
    if let reason { return reason }
    guard text == nil else { throw UsageError.empty(option: "reason") }
    guard let earlier else { throw UsageError.missing(option: "reason") }
    workplace.console.say(
      Text(zh: "沿用上次写的原因：\(earlier.text)", en: "the reason given before still counts: \(earlier.text)"))
    return earlier
  }

  static func tell(_ console: Console) {
    console.say(
      Text(
        zh: "模块保持通电，打开焊机机壳，让封条检测线断开至少 10 秒；停止焊接，继电器必须断开",
        en:
          "leave the module powered, open the welder's case so that the seal's loop is open for at least 10 s, and weld nothing: the relay has to be open"
      ))
  }
}

extension Installation {
  /// The reason given for flashing with the seal open, where the flashing has no entry of its own yet; nil
  /// otherwise.
  var unfinishedFlashReason: WrittenText? { module?.flashing?.authority.reason }

  /// The reason given for replacing the key by service, where the module was not paired after that yet; nil
  /// otherwise.
  var unfinishedPairingReason: WrittenText? {
    let last = history.last { $0.event == "inspected" || $0.event == "paired" }
    return last?.event == "inspected" ? module?.inspection?.reason : nil
  }
}
