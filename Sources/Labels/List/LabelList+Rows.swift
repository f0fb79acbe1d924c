import Records

extension LabelList {
  /// The rows without a fault. Only their texts are kept in memory, and a row is made from them each time it is
  /// read.
  public struct Rows: RandomAccessCollection, Hashable, Sendable {
    /// Names of the fields whose values are kept; the tag of a row follows them.
    private let names: [String]
    /// The values of all rows, each ended by a zero byte, which no table contains.
    private var values: [UInt8] = []
    private var ends: [Int] = []
    private var lines: [Int] = []
    private var codes: [LabelCode] = []

    /// - Parameter names: the fields that are kept; other fields of a row are dropped.
    public init(fields names: some Sequence<String>) { self.names = names.sorted() }

    public mutating func append(_ row: Row) {
      for name in names {
        values += (row.fields[name] ?? "").utf8
        values.append(0)
      }
      values += (row.tag?.description ?? "").utf8
      values.append(0)
      ends.append(values.count)
      lines.append(row.line)
      codes.append(row.code)
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { lines.count }

    public subscript(position: Int) -> Row {
      var rest = values[(position == 0 ? 0 : ends[position - 1])..<ends[position]]
      func next() -> String {
        let value = rest.prefix { $0 != 0 }
        rest = rest.dropFirst(value.count + 1)
        return String(decoding: value, as: UTF8.self)
      }
      var fields: [String: String] = [:]
      for name in names {
        let value = next()
        if !value.isEmpty { fields[name] = value }
      }
      return Row(line: lines[position], code: codes[position], tag: LabelTag(next()), fields: fields)
    }
  }
}
