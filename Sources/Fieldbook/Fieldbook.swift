/// The record kept on this laptop, in one directory: `fieldbook.sqlite`, `files/`, `locks/`. Everything a call
/// has changed is on disk when it returns. Several processes may have it open at once; one object belongs to
/// one thread at a time.
public final class Fieldbook {
  /// The directory itself.
  public let home: String
  public let files: ContentFiles
  let database: Database

  /// Opens the fieldbook in `home`, or lays one down there.
  /// - Parameters:
  ///   - home: made where it is missing, readable by its owner only.
  ///   - busyMilliseconds: how long to wait for another process's transaction.
  /// - Throws: `home`, `store`, `notAFieldbook`, `fromTheFuture`.
  public init(home: String, busyMilliseconds: Int32 = 10_000) throws(FieldbookError) {
    self.home = home
    try Directory.make(home)
    files = try ContentFiles(home: home)
    let path = home + "/fieldbook.sqlite"
    database = try Database(path: path, busyMilliseconds: busyMilliseconds)
    try Migration.apply(to: database, path: path)
  }
}
