/// The labels that a list asks for. Only their texts are kept in memory, and a request is made from them each
/// time it is read.
public struct LabelRequests: RandomAccessCollection, Sendable {
  private let rows: LabelList.Rows
  /// The texts of the symbols one behind the other.
  private var texts: [UInt8] = []
  /// The end of each text in `texts`, bytes from the start.
  private var ends: [Int] = []
  /// Rows of the list that are asked for, in their order; nil for all rows.
  private var chosen: [Int]?

  /// Takes the rows of a list with the texts of their symbols.
  /// - Parameter payload: returns the payload of a row.
  /// - Throws: the errors of `payload`.
  public init(_ rows: LabelList.Rows, payload: (LabelList.Row) throws -> LabelPayload) rethrows {
    self.rows = rows
    ends.reserveCapacity(rows.count)
    for row in rows {
      texts += try payload(row).text.utf8
      ends.append(texts.count)
    }
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { chosen?.count ?? rows.count }

  public subscript(position: Int) -> LabelRequest {
    let number = chosen?[position] ?? position
    let row = rows[number]
    let text = texts[(number == 0 ? 0 : ends[number - 1])..<ends[number]]
    return LabelRequest(
      line: row.line, payload: LabelPayload(code: row.code, text: String(decoding: text, as: UTF8.self)),
      fields: row.fields)
  }

  /// The requests at some positions, in this order.
  public func only(_ positions: [Int]) -> LabelRequests {
    var few = self
    few.chosen = positions.map { chosen?[$0] ?? $0 }
    return few
  }
}
