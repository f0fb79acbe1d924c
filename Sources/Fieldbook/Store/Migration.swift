/// One named step of the schema. Steps are appended and never changed or undone; each has a fixture database in
/// `Tests/Fixtures/Fieldbook`.
struct Migration {
  let name: String
  let script: String
  /// Fills the new tables with what SQL cannot compute, in the transaction of the script.
  var fill: @Sendable (Database) throws(FieldbookError) -> Void = { (_) throws(FieldbookError) in }

  /// SQLite's application id of the file, 'wt01', by which `file` and this program recognise it.
  static let applicationID = 0x7774_3031

  static let all = [
    Migration(name: "0001-fieldbook", script: schema0001), Migration(name: "0002-labels", script: schema0002),
    Migration(name: "0003-modules", script: schema0003),
    Migration(name: "0004-label-texts", script: schema0004),
    Migration(name: "0005-evidence", script: schema0005),
    Migration(name: "0006-inspections", script: schema0006),
    Migration(name: "0007-carried-over", script: schema0007),
    Migration(name: "0008-photo-marks", script: schema0008),
    Migration(name: "0009-photo-copies", script: schema0009),
    Migration(name: "0010-drafts", script: schema0010),
    Migration(name: "0011-timestamps", script: schema0011),
    Migration(name: "0012-ledger", script: schema0012),
    Migration(name: "0013-search", script: schema0013) { (database) throws(FieldbookError) in
      try SearchIndex(database: database).fill()
    },
    Migration(name: "0014-rare-events", script: schema0014),
    Migration(name: "0015-set-aside", script: schema0015),
    Migration(name: "0016-queued-bytes", script: schema0016),
  ]

  /// Brings the database up to date.
  /// - Throws: `fromTheFuture`, `notAFieldbook`, `store`.
  static func apply(_ migrations: [Migration] = all, to database: Database, path: String) throws(FieldbookError)
  {
    if try done(in: database, path: path, of: migrations) == migrations.count { return }
    try database.transaction { () throws(FieldbookError) in
      // The version is read again under the lock, because another process may have migrated in between.
      let done = try done(in: database, path: path, of: migrations)
      if done == 0 {
        try database.execute("PRAGMA application_id = \(applicationID)")
        try database.execute(
          "CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT")
      }
      for (number, migration) in migrations.enumerated().dropFirst(done) {
        try database.execute(migration.script)
        try migration.fill(database)
        try database.run(
          "INSERT INTO migration (number, name) VALUES (?, ?)",
          [.integer(number + 1), .text(migration.name)])
      }
    }
  }

  /// Counts the `migrations` that the database has had.
  private static func done(in database: Database, path: String, of migrations: [Migration])
    throws(FieldbookError) -> Int
  {
    let application = try database.first("PRAGMA application_id") { $0.integer(0) }
    guard application == applicationID else {
      let tables = try database.first("SELECT count(*) FROM sqlite_schema") { $0.integer(0) }
      guard application == 0, tables == 0 else { throw .notAFieldbook(path: path) }
      return 0
    }
    let names = try database.rows("SELECT name FROM migration ORDER BY number") { $0.text(0) }
    for (index, name) in names.enumerated() {
      guard index < migrations.count, migrations[index].name == name else {
        throw .fromTheFuture(migration: name)
      }
    }
    return names.count
  }
}
