import FoundationEssentials

/// A value bound to a statement. Values never stand in the SQL text itself.
enum SQLValue {
  case null
  case integer(Int64)
  case text(String)
  case blob(Data)

  static func text(_ value: (some CustomStringConvertible)?) -> SQLValue {
    value.map { .text($0.description) } ?? .null
  }

  static func integer(_ value: Int) -> SQLValue { .integer(Int64(value)) }
}
