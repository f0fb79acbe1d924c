import Records
import Terminal

extension JSONFault {
  /// The fault of a document, in words that follow its name.
  var title: Text {
    let place = Text(zh: "第 \(line) 行第 \(column) 个字符", en: "line \(line), character \(column)")
    switch reason {
    case .tooLarge(let maxBytes):
      return Text(zh: "超过 \(maxBytes) 字节", en: "is larger than \(maxBytes) bytes")
    case .tooDeep(let maxDepth):
      return Text(
        zh: "\(place.zh)处括号套了 \(maxDepth) 层以上", en: "nests brackets more than \(maxDepth) deep (\(place.en))")
    case .encoding:
      return Text(
        zh: "不是 UTF-8 编码（\(place.zh)），请另存为 UTF-8", en: "is not UTF-8 (\(place.en)); save it as UTF-8")
    case .unfinished:
      return Text(zh: "不是完整的 JSON，在\(place.zh)中断", en: "is not whole JSON: it ends at \(place.en)")
    case .unexpected:
      return Text(zh: "不是 JSON：\(place.zh)不该出现", en: "is not JSON: \(place.en) does not belong there")
    case .number:
      return Text(zh: "\(place.zh)处的数太大", en: "has a number that is too large (\(place.en))")
    }
  }
}
