import FoundationEssentials
import Records
import Tables

/// The rows of a form as CSV or as JSON, in pieces of text.
enum FormText {
  /// The beginning of a CSV: the byte order mark and the line of headings.
  static func csvBegin(_ form: LedgerForm) -> String {
    CSVLine.byteOrderMark + CSVLine(form.columns.map(\.title)).text
  }

  static func csv(_ values: [FormValue]) -> String { CSVLine(values.map(\.text)).text }

  // MARK: - JSON

  static func jsonBegin(_ form: LedgerForm, _ head: FormHead) -> String {
    var parts = ["\"form\":\(quoted(form.rawValue))", "\"title\":\(quoted(form.title))"]
    if let reporter = head.reporter { parts.append("\"reporter\":\(quoted(reporter))") }
    parts.append("\"filledOn\":\(quoted("\(head.filledOn)"))")
    if let scope = head.scope { parts.append("\"scope\":\(quoted(scope))") }
    return "{" + parts.joined(separator: ",") + ",\"rows\":["
  }

  /// A row as a JSON object, in which unknown values are left out.
  static func json(_ values: [FormValue], of form: LedgerForm, isFirst: Bool) -> String {
    let fields = zip(form.columns, values).compactMap { column, value -> String? in
      switch value {
      case .unknown: nil
      case .text(let text): "\(quoted(column.key)):\(quoted(text))"
      case .number: "\(quoted(column.key)):\(value.text)"
      }
    }
    return (isFirst ? "\n{" : ",\n{") + fields.joined(separator: ",") + "}"
  }

  static func jsonEnd(_ sums: FormSums?) -> String {
    guard let sums else { return "\n]}\n" }
    let streets = sums.streets.map { "{\"street\":\(quoted($0.name)),\(object($0.line))}" }
    return "\n],\"streets\":[" + streets.joined(separator: ",") + "],\"totals\":{\(object(sums.all))}}\n"
  }

  /// The figures of a line of sums, by their names.
  private static func object(_ line: FormSums.Line) -> String {
    let figures: [LedgerFigure] = [
      .known, .done, .retired, .outstanding, .surveyed, .begun, .refused, .outOfUse,
    ]
    let counts = figures.map { "\"\($0.rawValue)\":\(line.counts[$0])" }
    return
      (["\"units\":\(line.units)"] + counts
      + [("operators", line.operators), ("certifiedOperators", line.certified)].compactMap { name, count in
        count.map { "\"\(name)\":\($0)" }
      }).joined(separator: ",")
  }

  /// A text as a JSON string.
  private static func quoted(_ text: String) -> String {
    var quoted: [UInt8] = [UInt8(ascii: "\"")]
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += [UInt8(ascii: "\\"), byte]
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        quoted += ("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8
      default: quoted.append(byte)
      }
    }
    quoted.append(UInt8(ascii: "\""))
    return String(decoding: quoted, as: UTF8.self)
  }
}
