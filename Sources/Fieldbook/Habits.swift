import FoundationEssentials
import Records

/// The last choices on this laptop, which are offered the next time.
public struct Habits: Hashable, Sendable, Codable {
  /// The path of the serial port that was used last.
  public var port: String?
  /// The folder of the last photo, an absolute path.
  public var photoFolder: String?
  /// The folder of the last signature, an absolute path.
  public var signatureFolder: String?

  public init() {}
}

extension Fieldbook {
  private static let habitsName = "habits"

  /// Reads the last choices. They are empty where they cannot be read, since they only save typing.
  public func habits() -> Habits {
    let body = try? database.first(
      "SELECT body FROM setting WHERE name = ?", [.text(Self.habitsName)]
    ) { $0.blob(0) }
    return body.flatMap { try? RecordCoding.decode(Habits.self, from: $0) } ?? Habits()
  }

  /// Changes the choices that are offered the next time.
  /// - Throws: `store`.
  public func updateHabits(_ change: (inout Habits) -> Void) throws(FieldbookError) {
    let known = habits()
    var changed = known
    change(&changed)
    guard changed != known, let body = try? RecordCoding.encode(changed) else { return }
    try database.transaction { () throws(FieldbookError) in
      try database.run(
        "INSERT INTO setting (name, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
        [.text(Self.habitsName), .blob(body)])
    }
  }
}
