import Records
import Terminal

extension RegistrationField {
  /// The name of the field's option: `owner.unitName` is `--unit-name`.
  var optionName: String {
    let last = path.split(separator: ".").last.map(String.init) ?? path
    var name = ""
    for character in last {
      if character.isUppercase { name += "-" }
      name += character.lowercased()
    }
    return name
  }

  var title: Text {
    switch self {
    case .unitName: Text(zh: "企业/店铺名称", en: "unit name")
    case .unitType: Text(zh: "企业类型", en: "unit type")
    case .responsibleName: Text(zh: "责任人姓名", en: "responsible person")
    case .responsiblePhone: Text(zh: "责任人电话", en: "responsible person's phone")
    case .street: Text(zh: "所属街道/苏木镇", en: "street or sumu")
    case .community: Text(zh: "所属社区", en: "community")
    case .industry: Text(zh: "应用行业", en: "industry")
    case .industryNote: Text(zh: "行业说明（选其他时必填）", en: "industry note (needed for 'other')")
    case .operators: Text(zh: "从业人员数量", en: "people who weld there")
    case .certifiedOperators: Text(zh: "已取证的从业人员数量", en: "of them certified")
    case .unitID: Text(zh: "单位编号", en: "unit id")
    case .brand: Text(zh: "焊机品牌", en: "welder brand")
    case .model: Text(zh: "焊机型号", en: "welder model")
    case .serialNumber: Text(zh: "焊机出厂编号", en: "welder serial number")
    case .weldingProcess: Text(zh: "焊机类型", en: "welding process")
    case .supply: Text(zh: "焊机用电类型", en: "supply")
    case .sourceType: Text(zh: "电源类型", en: "source type")
    case .supplyMaxAmps: Text(zh: "输入侧最大电流（铭牌 I1max）", en: "greatest supply current")
    case .maxCurrentAmps: Text(zh: "最大焊接电流（铭牌 I2max）", en: "greatest welding current")
    case .maxPowerKilowatts: Text(zh: "焊机最大功率", en: "greatest power")
    case .purpose: Text(zh: "作业用途", en: "purpose")
    case .purchasedOn: Text(zh: "购买日期", en: "purchased on")
    case .condition: Text(zh: "焊机状况", en: "condition")
    case .retiredReason: Text(zh: "淘汰原因", en: "why it is retired")
    case .remarks: Text(zh: "备注", en: "remarks")
    }
  }

  /// The title of a question, with the unit of an amount.
  var question: Text {
    guard case .amount(_, let unit) = kind else { return title }
    // The unit is added to text that is in brackets already.
    let zh =
      title.zh.hasSuffix("）")
      ? "\(title.zh.dropLast())，单位 \(unit.rawValue)）" : "\(title.zh)（单位 \(unit.rawValue)）"
    return Text(zh: zh, en: "\(title.en) (\(unit.rawValue))")
  }

  /// Examples of numbers in an accepted form.
  fileprivate var examples: Text {
    switch kind {
    case .amount(_, .kilowatts): Text(zh: "12 或 12kW", en: "12 or 12kW")
    case .amount: Text(zh: "32 或 32A", en: "32 or 32A")
    default: Text(zh: "3", en: "3")
    }
  }
}

extension RegistrationField.Choice {
  /// The title of a choice. Its English words are made from the code, which is camel case: `doorsWindows`
  /// becomes 'doors windows'.
  var title: Text {
    var english = ""
    for character in code {
      if character.isUppercase || (character.isNumber && english.last?.isLetter == true) { english += " " }
      english += character.lowercased()
    }
    return Text(zh: word, en: english)
  }
}

extension FieldProblem {
  /// The dotted code of the problem, and a sentence that names the field.
  var explanation: Failure.Detail {
    let field = RegistrationField(rawValue: path)
    let isWhole = path == Self.wholeDocument
    let title = field?.title ?? (isWhole ? Text(zh: "整个文件", en: "the file") : Text(zh: path, en: path))
    let words = fault.message(for: field)
    return Failure.Detail(
      path: path, code: fault.code,
      message: Text(zh: "\(title.zh)：\(words.zh)", en: "\(title.en): \(words.en)"),
      isPlaceInMessage: field == nil)
  }

  /// The path for a fault of the document as a whole.
  private static let wholeDocument = "$"
}

extension FieldProblem.Fault {
  var code: String {
    switch self {
    case .missing: "field.missing"
    case .notJSON: "field.notJSON"
    case .wrongType: "field.type"
    case .tooLong, .tooManyBytes: "field.tooLong"
    case .character(let character): character.reason == .noGlyph ? "field.glyph" : "field.character"
    case .notAPhone: "field.phone"
    case .notANumber: "field.number"
    case .ambiguousNumber: "field.ambiguous"
    case .wrongUnit: "field.unit"
    case .notADay: "field.day"
    case .notAChoice: "field.choice"
    case .outOfRange, .moreThan: "field.range"
    case .unknownField: "field.unknown"
    case .inTheFuture: "field.future"
    case .inThePast: "field.past"
    }
  }

  var message: Text { message(for: nil) }

  /// Says what is wrong.
  /// - Parameter field: the field with the problem, from which examples are taken; nil for another value.
  func message(for field: RegistrationField?) -> Text {
    switch self {
    case .notJSON(let fault): return fault.title
    case .missing: return Text(zh: "没有填", en: "is missing")
    case .wrongType: return Text(zh: "格式不对", en: "has the wrong type")
    case .tooLong(let count):
      return Text(zh: "超过\(count)个字", en: "is longer than \(count) characters")
    case .tooManyBytes(let count):
      return Text(
        zh: "叠加的符号太多，超过\(count)字节", en: "has heaps of combining marks: more than \(count) bytes")
    case .character(let character): return character.message
    case .notAPhone:
      return Text(
        zh: "电话号码不对：手机号 11 位，座机号要带区号，如 0477-5212345",
        en: "is neither a mobile (11 digits) nor a landline with its area code (0477-5212345)")
    case .notANumber:
      let examples = field?.examples ?? Text(zh: "32 或 32A", en: "32 or 32A")
      return Text(zh: "请填数字，如 \(examples.zh)", en: "is not a number, like \(examples.en)")
    case .ambiguousNumber:
      return Text(
        zh: "逗号看不出是千位还是小数点，请不用逗号重写，如 1000 或 7.5",
        en: "has a comma that may part thousands or decimals; write it without one, like 1000 or 7.5")
    case .wrongUnit(let found, let expected):
      return expected.isEmpty
        ? Text(zh: "不用单位“\(found)”，只填数字", en: "has the unit '\(found)' behind it; only the number is wanted")
        : Text(
          zh: "单位应是 \(expected)，不是“\(found)”", en: "is wanted in \(expected), not in '\(found)'")
    case .notADay:
      // Days of a registration lie in the past, and the day of a certificate lies in the future.
      let example = field == nil ? "2027-06-30" : "2023-06-30"
      return Text(zh: "日期不对，请写成 \(example)", en: "is not a day, like \(example)")
    case .notAChoice(let choices):
      let zh = choices.map { "\($0.code) \($0.word)" }.joined(separator: "、")
      return Text(zh: "请从中选一个：\(zh)", en: "is none of \(choices.map(\.code).joined(separator: ", "))")
    case .outOfRange(let lower, let upper, let unit):
      let unit = unit.isEmpty ? "" : " \(unit)"
      return Text(
        zh: "应在 \(plain(lower)) 到 \(plain(upper))\(unit) 之间",
        en: "is not between \(plain(lower)) and \(plain(upper))\(unit)")
    case .moreThan(let other): return Text(zh: "多于\(other.title.zh)", en: "is more than \(other.title.en)")
    case .unknownField: return Text(zh: "不认识的字段", en: "is not a known field")
    case .inTheFuture: return Text(zh: "还没有到，请核对", en: "lies in the future")
    case .inThePast: return Text(zh: "已经过了，请写今天或以后", en: "is over; write today or a later day")
    }
  }
}

extension UnusableCharacter {
  /// The character's place, its kind and the remedy in words.
  var message: Text {
    let name = name.map { " \($0)" } ?? ""
    // A character without a visible shape is named by its code point alone.
    let shown: String? =
      switch reason {
      case .control, .bidi, .lineEnd: nil
      case .privateUse, .unassigned, .replacement, .noGlyph: String(scalar)
      }
    let zh = "第\(position)个字\(shown.map { "“\($0)”" } ?? "")（\(codePoint)\(name)）"
    let en = "has at character \(position) \(shown.map { "'\($0)', " } ?? "")\(codePoint)\(name), "
    return Text(zh: zh + reason.title.zh, en: en + reason.title.en)
  }
}

extension UnusableCharacter.Reason {
  fileprivate var title: Text {
    switch self {
    case .control: Text(zh: "是控制字符，请删掉", en: "a control character; take it out")
    case .bidi:
      Text(
        zh: "是改变文字方向的控制符，会让文字倒着显示，请删掉重写", en: "a mark that turns the direction of text; write it anew without")
    case .lineEnd: Text(zh: "是换行，这里只能写一行", en: "an end of line, where one line is wanted")
    case .privateUse:
      Text(
        zh: "是自造字，换一台机器就不是这个字，请改用标准字",
        en: "of private use, which looks different on every machine; use a character of Unicode")
    case .unassigned: Text(zh: "不是已编码的字符，请换一个", en: "no character that is assigned; use another")
    case .replacement:
      Text(zh: "表示原来的字已经丢失，请重写", en: "which stands where another program lost a character; write it anew")
    case .noGlyph:
      Text(zh: "没有字体能印出来，请换一个字", en: "which no font can draw on label and agreement; use another")
    }
  }
}

/// Writes a number without trailing zeros: `220`, `0.5`.
func plain(_ number: Double) -> String { WrittenNumber.text(of: number) }
