/// Something that has to be there before work can start.
enum SetupMissing: Error {
  case setup
  /// This is a company's office, which takes no step of an installation.
  case technician
  case share
  case platformKey
  /// This laptop has no codes and the platform gave none.
  case platform
}
