import Arguments
import FoundationEssentials
import Glibc
import Records
import Terminal

extension Console {
  var prompter: Prompter { Prompter(self) }

  // MARK: - Answers

  func put(_ text: Text) { put(text[language]) }

  /// Writes a command's result: one JSON document with `--json`, or otherwise the output of `human`.
  func answer(_ document: some Encodable, human: () throws -> Void) throws {
    guard isJSON else { return try human() }
    output.write(json: String(decoding: try RecordCoding.encode(document), as: UTF8.self))
  }

  /// Writes labels and their values.
  func facts(_ rows: [(Text, String)]) {
    var details = Details()
    for (label, value) in rows { details.row(label, value) }
    write(details)
  }

  /// Writes labels and values under headings.
  func write(_ details: Details) {
    output.write(details.render(in: language, width: tableWidth, styling: outputStyling))
  }

  /// Writes a table whose columns are all shortened alike.
  func table(_ titles: [Text], _ rows: [[String]]) {
    table(titles.map { Table.Column($0) }, rows)
  }

  func table(_ columns: [Table.Column], _ rows: [[String]]) {
    var table = Table(columns)
    for row in rows { table.add(row.map { Table.Cell($0) }) }
    output.write(table.render(in: language, width: tableWidth, styling: outputStyling))
  }

  func heading(_ title: Text) { put(styled: outputStyling(title[language], .bold)) }

  /// Writes one or more sentences, wrapped at the window's width.
  func paragraph(_ text: Text) {
    for line in DisplayWidth.wrap(text[language], to: tableWidth ?? 10_000) { put(line) }
  }

  /// Returns the value of an option, or otherwise the result of `ask`. Where nobody can be asked, throws a
  /// usage error that names the option.
  func need<Value>(_ value: Value?, option: String, ask: () throws -> Value) throws -> Value {
    if let value { return value }
    guard canPrompt else { throw UsageError.missing(option: option) }
    return try ask()
  }
}
