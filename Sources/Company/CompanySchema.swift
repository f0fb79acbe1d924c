/// The schema of the company's database, which whoever owns the database prepares once.
public enum CompanySchema {
  /// The numbered steps, oldest first; the files of `deploy/sql` have their names.
  public static let steps = ["0001-company", "0002-concerns"]
  /// The files that are applied again each time: the rights of both roles.
  public static let roles = ["role-loader", "role-reader"]

  /// Brings a database up to date in one transaction. Where it is up to date already, only the rights are
  /// granted anew.
  /// - Parameter file: returns the text of a file of `deploy/sql`.
  /// - Returns: the steps that were applied.
  /// - Throws: `libraryMissing`, `address`, `cannotConnect`, `fromTheFuture`, `refused`, `schema`.
  public static func prepare(
    _ address: String, isCancelled: @escaping () -> Bool, file: (String) throws(CompanyError) -> String
  ) throws(CompanyError) -> [String] {
    let database = try PostgreSQL(address, isCancelled: isCancelled)
    try database.execute("BEGIN", for: .prepare)
    // The lock makes programs that prepare at once wait for each other. Where this one fails, the transaction
    // ends with the connection.
    try database.execute("SELECT pg_catalog.pg_advisory_xact_lock(2025072401)", for: .prepare)
    let missing = steps.dropFirst(try done(database))
    for step in missing {
      try database.execute(file(step), for: .prepare)
      _ = try database.rows(
        "INSERT INTO weldtech.migration (name) VALUES ($1)", [.text(step)], for: .prepare)
    }
    for role in roles { try database.execute(file(role), for: .prepare) }
    try database.execute("COMMIT", for: .prepare)
    return Array(missing)
  }

  /// Checks that a database has had exactly the steps that this program knows.
  /// - Throws: `notPrepared`, `fromTheFuture`, `refused`.
  static func check(_ database: PostgreSQL) throws(CompanyError) {
    guard try done(database) == steps.count else { throw .notPrepared }
  }

  /// The number of steps that a database has had.
  private static func done(_ database: PostgreSQL) throws(CompanyError) -> Int {
    let table = try database.rows("SELECT to_regclass('weldtech.migration') IS NOT NULL", for: .version)
    guard table.first?.first == "t" else { return 0 }
    let names = try database.rows(
      "SELECT name FROM weldtech.migration ORDER BY name COLLATE \"C\"", for: .version
    )
    .compactMap { $0.first.flatMap(\.self) }
    for (index, name) in names.enumerated() {
      guard index < steps.count, steps[index] == name else {
        throw .fromTheFuture(migration: Finding.shown(name))
      }
    }
    return names.count
  }
}
