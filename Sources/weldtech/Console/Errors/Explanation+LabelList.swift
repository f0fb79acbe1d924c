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
