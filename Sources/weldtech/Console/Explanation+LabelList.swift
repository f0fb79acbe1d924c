import Labels
import Tables
import Terminal

extension ListRefused: Explained {
  var failure: Failure {
    switch reason {
    case .noTable(let error):
      Failure(
        code: "labels.list.unusable",
        message: Text(zh: "\(file) \(error.sentence.zh)", en: "\(file) \(error.sentence.en)"),
        hint: Text(
          zh: "另存为 CSV（UTF-8 或 GB18030，逗号分隔），第一行是表头",
          en: "save it as CSV (UTF-8 or GB18030, commas between fields), with a header in the first line"),
        exit: .badData)
    case .rows(let problems):
      Failure(
        code: "labels.list.rejected",
        message: Text(
          zh: "\(file) 有 \(problems.count) 处错误，一张也没有做",
          en: "\(file) has \(problems.count) errors; no label was made"),
        hint: Text(zh: "按下面列出的行改正", en: "mend it in the lines listed"),
        details: problems.map(\.explanation), exit: .badData)
    }
  }
}

extension CSVError {
  fileprivate var sentence: Text {
    switch self {
    case .tooLarge(let bytes, let most):
      Text(zh: "有 \(bytes) 字节，超过 \(most)", en: "has \(bytes) bytes, more than \(most)")
    case .notText(let line):
      Text(zh: "第 \(line) 行既不是 UTF-8 也不是 GB18030", en: "is neither UTF-8 nor GB18030 in line \(line)")
    case .utf16: Text(zh: "是 UTF-16 编码", en: "is UTF-16")
    case .empty: Text(zh: "是空的", en: "is empty")
    case .tooManyRows(let most): Text(zh: "超过 \(most) 行", en: "has more than \(most) rows")
    case .tooManyColumns(let count, let most):
      Text(zh: "有 \(count) 列，超过 \(most)", en: "has \(count) columns, more than \(most)")
    }
  }
}

extension LabelList.Problem {
  var explanation: Failure.Detail {
    let (code, message): (String, Text) =
      switch fault {
      case .row(let fault): ("list.row", fault.sentence)
      case .noCodeColumn: ("list.noCodeColumn", Text(zh: "没有 code（编码）列", en: "no column is called `code`"))
      case .columnTwice(let field):
        ("list.columnTwice", Text(zh: "有两列都是 \(field)", en: "two columns stand for \(field)"))
      case .notACode:
        ("list.notACode", Text(zh: "编码不对：长度或校验字符有误", en: "no label code: length or check character"))
      case .codeTwice(let first):
        ("list.codeTwice", Text(zh: "编码在第 \(first) 行已有", en: "the code of line \(first) again"))
      case .notATag:
        ("list.notATag", Text(zh: "防伪标记不是八个字符", en: "the tag is not eight characters of its alphabet"))
      case .otherTag:
        ("list.otherTag", Text(zh: "防伪标记与密钥不符", en: "the tag is not the one that the key makes"))
      case .fieldMissing(let field):
        (
          "list.fieldMissing",
          Text(zh: "缺少模板需要的 \(field)", en: "\(field), which the template needs, is missing")
        )
      }
    return Failure.Detail(
      path: "line \(line)", code: code,
      message: Text(zh: "第 \(line) 行：\(message.zh)", en: "line \(line): \(message.en)"))
  }
}

extension CSVProblem.Fault {
  fileprivate var sentence: Text {
    switch self {
    case .quoteOpen: Text(zh: "引号没有结束", en: "a quoted field does not end")
    case .quoteFollowed: Text(zh: "引号后面不是逗号", en: "something other than a comma follows a closing quote")
    case .quoteInside: Text(zh: "字段中间有引号", en: "a quote within a field that does not begin with one")
    case .controlCharacter: Text(zh: "有控制字符", en: "a control character")
    case .fieldTooLong(let most): Text(zh: "字段超过 \(most) 字节", en: "a field of more than \(most) bytes")
    case .fieldCount(let found, let wanted):
      Text(zh: "有 \(found) 个字段，应为 \(wanted) 个", en: "\(found) fields, not \(wanted)")
    }
  }
}
