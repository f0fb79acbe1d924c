import Records
import Testing

@testable import Fieldbook

/// A query uses an index only where it has the index's own text, which a migration never changes.
struct IndexedTextTests {
  private static func words(_ sql: String) -> String {
    sql.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
  }

  @Test func `queries ask for what the indexes are made of`() {
    let schema = Self.words(schema0014)
    #expect(schema.contains("event_outcome ON event (substr(at, 1, 10)) WHERE name IN (\(eventOutcomes))"))
    #expect(
      schema.contains("event_strokes ON event ( \(Self.words(eventStrokes)))")
        || schema.contains("event_strokes ON event (\(Self.words(eventStrokes)))"))
    let waiting = Installation.Status.allCases.filter(\.awaitsModule).map { "'\($0.rawValue)'" }
    #expect(schema.contains("CASE WHEN status IN (\(waiting.joined(separator: ", "))) AND fitted_on IS NULL"))
  }
}
