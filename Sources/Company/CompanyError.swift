public import Files

/// A failure of the company's side, as a fact without words.
public enum CompanyError: Error, Hashable, Sendable {
  /// libpq is not installed.
  case libraryMissing
  /// The address of the database cannot be used.
  case address(AddressFault)
  /// There is no connection; the text is libpq's own and holds no password.
  case cannotConnect(reason: String)
  /// The connection broke; what was under way is not done, unless the database had it already.
  case connectionLost
  /// The database refused a statement of this program.
  case refused(Statement, state: String)
  /// The database was never prepared for weldtech.
  case notPrepared
  /// A newer program has prepared the database; the value is the step that this one does not know.
  case fromTheFuture(migration: String)
  /// A file of the schema is not there or is no text.
  case schema(file: String)
  /// A row of the database is none that this program can read.
  case row(view: String)
  /// The folder that laptops deliver to cannot be read.
  case folder(FileError)
  /// The place has no object of a laptop's and is not marked as one that laptops deliver to.
  case empty(place: String)
  case cancelled

  /// Why an address is refused.
  public enum AddressFault: String, Hashable, Sendable, CaseIterable {
    /// It is no `postgresql://` URL.
    case notPostgreSQL
    /// It holds a password, which everybody on the machine can read in the list of processes.
    case password
    /// libpq cannot read it.
    case unreadable
  }

  /// What a statement is for.
  public enum Statement: String, Hashable, Sendable, CaseIterable {
    case connect, prepare, version, ask, load, report, read
  }
}
