import Labels
import Records
import Tables
import Terminal

extension ListRefused: Explained {
  var failure: Failure {
    switch reason {
    case .noTable(let error):
      Failure(
        code: "labels.list.unusable",
        message: Text(zh: "\(file) \(error.sentence.zh)", en: "\(file) \(error.sentence.en)"),
        hint: error.remedy,
        exit: .badData)
    case .rows(let problems):
      Failure(
        code: "labels.list.rejected",
        message: Text(
          zh: "\(file) 有 \(problems.count) 处错误，一块也没有做",
          en: "\(file) has \(problems.count) errors; no label was made"),
        hint: Text(zh: "请改正上面列出的各行", en: "mend it in the lines listed above"),
        details: problems.map(\.explanation), exit: .badData)
    }
  }
}

extension CSVError {
  fileprivate var sentence: Text {
    switch self {
    case .tooLarge(let bytes, let max):
      Text(zh: "有 \(bytes) 字节，超过 \(max)", en: "has \(bytes) bytes, more than \(max)")
    case .brokenText(let encoding, let lines):
      Text(
        zh: "是 \(encoding.rawValue) 编码，但第 \(lines.map(String.init).joined(separator: "、")) 行有坏字符",
        en:
          "is \(encoding.rawValue), but for broken characters in line \(lines.map(String.init).joined(separator: ", "))"
      )
    case .document(let kind): kind.sentence
    case .empty: Text(zh: "是空的", en: "is empty")
    case .tooManyRows(let max): Text(zh: "超过 \(max) 行", en: "has more than \(max) rows")
    case .tooManyColumns(let count, let max):
      Text(zh: "有 \(count) 列，超过 \(max)", en: "has \(count) columns, more than \(max)")
    }
  }

  fileprivate var remedy: Text {
    switch self {
    case .document:
      Text(
        zh: "用 Excel 或 WPS 打开它，“文件 → 另存为”，文件类型选“CSV UTF-8（逗号分隔）(*.csv)”，再用存好的 .csv",
        en:
          "open it in Excel or WPS, choose File, Save As, file type 'CSV UTF-8 (Comma delimited) (*.csv)', and use that file"
      )
    case .brokenText:
      Text(
        zh: "改正那几行的字，重新另存为 CSV；如果编码认错了，用 --encoding utf-8|gb18030|utf-16 指明",
        en:
          "mend those lines and save it as CSV again; where the encoding was taken for another, name it by --encoding utf-8|gb18030|utf-16"
      )
    default:
      Text(
        zh: "另存为 CSV（UTF-8、GB18030 或 UTF-16，用逗号、分号或制表符分隔），第一行是表头",
        en:
          "save it as CSV (UTF-8, GB18030 or UTF-16, separated by commas, semicolons or tabs), with a header in the first line"
      )
    }
  }
}

extension CSVError.DocumentKind {
  fileprivate var sentence: Text {
    switch self {
    case .xlsx:
      Text(zh: "是 Excel 工作簿（.xlsx），不是 CSV", en: "is a workbook of Excel (.xlsx), not a CSV")
    case .xls:
      Text(zh: "是旧版表格文件（.xls 或 .et），不是 CSV", en: "is a workbook of Excel or WPS (.xls, .et), not a CSV")
    case .ods:
      Text(zh: "是 OpenDocument 表格（.ods），不是 CSV", en: "is a spreadsheet of OpenDocument (.ods), not a CSV")
    case .zip: Text(zh: "是压缩文件（zip），不是 CSV", en: "is a zip archive, not a CSV")
    case .markup: Text(zh: "是网页或 XML，不是 CSV", en: "is a web page or XML, not a CSV")
    }
  }
}

extension LabelList.Problem {
  var explanation: Failure.Detail {
    let (code, message): (String, Text) =
      switch fault {
      case .row(let fault): ("list.row", fault.sentence)
      case .noCodeColumn(let found):
        (
          "list.noCodeColumn",
          Text(
            zh: "没有 code（标牌码）列；表头是：\(found.joined(separator: " | "))",
            en: "no column is called `code`; the header is: \(found.joined(separator: " | "))")
        )
      case .columnTwice(let field):
        (
          "list.columnTwice",
          Text(zh: "有两列都是\(LabelList.title(ofField: field).zh)", en: "two columns stand for \(field)")
        )
      case .notACode(nil):
        ("list.notACode", Text(zh: "标牌码不对：长度或校验字符有误", en: "no label code: length or check character"))
      case .notACode(let meant?):
        (
          "list.notACode",
          Text(
            zh: "标牌码不对：校验字符有误，是不是 \(meant)（0 与 O、1 与 I 混了）",
            en: "no label code by its check character; probably \(meant), with O for 0 or I for 1")
        )
      case .codeTwice(let first):
        ("list.codeTwice", Text(zh: "标牌码在第 \(first) 行已有", en: "the code of line \(first) again"))
      case .notATag:
        ("list.notATag", Text(zh: "防伪标记不是八个字符", en: "the tag is not eight characters of its alphabet"))
      case .otherTag:
        ("list.otherTag", Text(zh: "防伪标记与密钥不符", en: "the tag is not the one that the key makes"))
      case .text(let field, let fault):
        (
          "list.text",
          FieldProblem.Fault(fault).map {
            Text(zh: "\(LabelList.title(ofField: field).zh)：\($0.message.zh)", en: "\(field): \($0.message.en)")
          } ?? Text(zh: "\(LabelList.title(ofField: field).zh)是空的", en: "\(field) is empty")
        )
      case .fieldMissing(let field):
        (
          "list.fieldMissing",
          Text(
            zh: "缺少模板需要的\(LabelList.title(ofField: field).zh)",
            en: "\(field), which the template needs, is missing")
        )
      }
    return Failure.Detail(
      path: "line \(line)", code: code,
      message: Text(zh: "第 \(line) 行：\(message.zh)", en: "line \(line): \(message.en)"),
      isPlaceInMessage: true)
  }
}

extension CSVProblem.Fault {
  fileprivate var sentence: Text {
    switch self {
    case .quoteOpen: Text(zh: "引号没有结束", en: "a quoted field does not end")
    case .quoteFollowed: Text(zh: "引号后面不是分隔符", en: "something other than the separator follows a closing quote")
    case .quoteInside: Text(zh: "字段中间有引号", en: "a quote within a field that does not begin with one")
    case .controlCharacter: Text(zh: "有控制字符", en: "a control character")
    case .fieldTooLong(let max): Text(zh: "字段超过 \(max) 字节", en: "a field of more than \(max) bytes")
    case .fieldCount(let found, let wanted):
      Text(zh: "有 \(found) 个字段，表头只有 \(wanted) 个", en: "\(found) fields under a header of \(wanted)")
    }
  }
}
