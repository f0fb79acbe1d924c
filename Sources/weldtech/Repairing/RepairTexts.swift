import Records
import Terminal

extension Repair.SealFound {
  var title: Text {
    switch self {
    case .intact: Text(zh: "完好，编号与登记一致", en: "intact, with the number on record")
    case .broken: Text(zh: "破损、被剪断或编号不对", en: "broken, cut, or another number")
    case .missing: Text(zh: "没有封条", en: "missing")
    }
  }
}

extension Repair {
  /// The repair in one line: when it was reported, the fault, whether the welder is unsafe or was tampered
  /// with, the seal that was found, and its state.
  func line(_ language: Language) -> String {
    let state =
      if let closedAt {
        Text(zh: "\(closedAt.screenText) 完成", en: "over \(closedAt.screenText)")
      } else if found != nil { Text(zh: "维修中", en: "in work") } else { Text(zh: "待维修", en: "reported") }
    let flags = [
      isUnsafe ? Text(zh: "停用", en: "unsafe") : nil, isTampered ? Text(zh: "违规拆装", en: "tampered with") : nil,
    ].compactMap { $0?[language] }
    let seal = found.map { Text(zh: "封条\($0.seal.title.zh)", en: "seal \($0.seal.title.en)")[language] }
    return ([openedAt.screenText, fault.text] + flags + [seal, state[language]].compactMap(\.self))
      .joined(separator: "  ")
  }

  /// The report in one line: the fault, and the masked name and phone of the person who reported it.
  func report(_ language: Language) -> String {
    let by = reporter.map { [$0.name.masked, $0.phone?.masked].compactMap(\.self).joined(separator: " ") }
    return Text(
      zh: "故障：\(fault.text)" + (by.map { "  报修人：\($0)" } ?? ""),
      en: "fault: \(fault.text)" + (by.map { "  reported by: \($0)" } ?? ""))[language]
  }
}

extension Installation {
  /// Whether the last event that reopened the signed record was a sale, and not a correction.
  var isSold: Bool {
    history.last { $0.event == "corrected" || $0.event == "transferred" }?.event == "transferred"
  }

  /// The earlier history of the welder, a line each: records taken over, repairs, modules, labels and owners.
  /// - Parameter name: a function that returns a person's name as it is shown.
  func earlierParts(_ language: Language, name: (PersonName) -> String) -> [(Text, String)] {
    let repairs = (repairs ?? []).map { (Text(zh: "维修", en: "repair"), $0.line(language)) }
    let modules = (retiredModules ?? []).map { module in
      let state = module.isDead ? Text(zh: "无应答", en: "dead") : Text(zh: "可再用", en: "can be used again")
      return (
        Text(zh: "旧模块", en: "module before"),
        "\(module.serialNumber)  \(module.retiredAt.screenText)  \(state[language])  \(module.reason)"
      )
    }
    let labels = (earlierLabels ?? []).map {
      (Text(zh: "旧标牌", en: "label before"), "\($0.label.template)  \($0.label.payload)  \($0.until.screenText)")
    }
    let owners = (earlierOwners ?? []).map {
      (
        Text(zh: "原所有权人", en: "owner before"),
        "\($0.owner.unitName)  \(name($0.owner.responsibleName))  \($0.until.screenText)"
      )
    }
    let adoptions = history.compactMap { entry in
      entry.adoption.map { adoption in
        let place = AdoptionTexts.place(adoption.source)
        return (
          Text(zh: "接手", en: "taken over"),
          "\(entry.at.screenText)  \(name(adoption.technician.name))  "
            + Text(
              zh: "\(place.zh)的第 \(adoption.revision) 版", en: "revision \(adoption.revision) of \(place.en)")[
              language]
        )
      }
    }
    return adoptions + repairs + modules + labels + owners
  }
}
