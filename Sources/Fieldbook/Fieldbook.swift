import Files

/// The record kept on this laptop, in one directory: `fieldbook.sqlite`, `files/`, `locks/`. A call returns
/// only when its changes are on disk. Several processes may open the fieldbook at once; an object belongs to
/// one thread at a time.
public final class Fieldbook {
  /// The path of the directory.
  public let home: String
  public let files: ContentFiles
  let database: Database

  /// Opens the fieldbook in `home`, or creates it there. Where the disk is full or read-only, an existing
  /// fieldbook can still be read.
  /// - Parameters:
  ///   - home: the path of the directory, which is made where it is missing, readable by its owner only.
  ///   - busyMilliseconds: the time to wait for another process's transaction, milliseconds.
  /// - Throws: `home`, `strangeEntry`, `store`, `notAFieldbook`, `fromTheFuture`, `databaseMissing`.
  public init(home: String, busyMilliseconds: Int32 = 10_000) throws(FieldbookError) {
    self.home = home
    try HomeFile.makeHome(home)
    try HomeFile.refuseStrangers(in: home)
    files = ContentFiles(home: home)
    let path = home + "/fieldbook.sqlite"
    // The folder is checked before a new database is created in it.
    if FilePath(path).kind == nil, files.holdsAnything { throw .databaseMissing(path: path) }
    database = try Database(path: path, busyMilliseconds: busyMilliseconds)
    try Migration.apply(to: database, path: path)
    if try isEmpty(), files.holdsAnything { throw .databaseMissing(path: path) }
  }

  /// Makes an empty fieldbook that is nowhere but in memory and ends with this object. It holds no files.
  /// - Throws: `store`.
  init(inMemory: Void) throws(FieldbookError) {
    home = ""
    files = ContentFiles(home: home)
    database = try Database(inMemory: ())
    try Migration.apply(to: database, path: database.path)
  }

  /// The reason why nothing can be stored at the moment; nil where it can.
  public var writeRefusal: FieldbookError? { database.refusal.map { .store($0) } }

  /// Whether nothing was ever stored in the fieldbook. The setup always comes before the first file.
  private func isEmpty() throws(FieldbookError) -> Bool {
    let something = try database.first(
      """
      SELECT EXISTS (SELECT 1 FROM event) OR EXISTS (SELECT 1 FROM setting)
        OR EXISTS (SELECT 1 FROM code_block) OR EXISTS (SELECT 1 FROM code)
      """
    ) { $0.integer(0) }
    return something != 1
  }
}
