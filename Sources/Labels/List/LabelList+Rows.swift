public import Records

extension LabelList {
  /// The rows that are wholly right, in as little memory as what stands in them takes: a row is made anew each time it
  /// is looked at.
  public struct Rows: RandomAccessCollection, Hashable, Sendable {
    /// Names of the fields whose values are kept; a row's tag is kept behind them.
    private let names: [String]
    /// The values of a row, each with a zero behind it, which no table has in it.
    private var values: [UInt8] = []
    private var ends: [Int] = []
    private var lines: [Int] = []
    private var codes: [LabelCode] = []

    /// - Parameter names: the fields that rows can have; others of a row are left out.
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
