public import Files

/// A failure of the company's side, as a fact without words.
public enum CompanyError: Error, Hashable, Sendable {
  /// libpq is not installed.
  case libraryMissing
  /// The address of the database cannot be used.
  case address(AddressFault)
  /// There is no connection; the text is libpq's own and holds no password.
  case cannotConnect(reason: String)
  /// The connection broke. What was under way is not stored, unless the database had committed it already.
  case connectionLost
  /// The database refused a statement of this program.
  case refused(Statement, state: String)
  /// The database was never prepared for weldtech.
  case notPrepared
  /// A newer program has prepared the database; the value is the step that this one does not know.
  case fromTheFuture(migration: String)
  /// A file of the schema is not there or is no text.
  case schema(file: String)
  /// This program cannot read a row of the database's view.
  case row(view: String)
  /// The folder that laptops deliver to cannot be read.
  case folder(FileError)
  /// The place has no object from a laptop, and no mark that laptops deliver to it.
  case empty(place: String)
  case cancelled

  /// The reason why an address is refused.
  public enum AddressFault: String, Hashable, Sendable, CaseIterable {
    /// The address is no `postgresql://` URL.
    case notPostgreSQL
    /// The address holds a password, which everybody on the machine can read in the list of processes.
    case password
    /// libpq cannot read the address.
    case unreadable
  }

  /// The purpose of a statement.
  public enum Statement: String, Hashable, Sendable, CaseIterable {
    case connect, prepare, version, ask, load, report, read
  }
}
