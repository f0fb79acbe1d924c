/// The error that a setting is missing that is needed before work can start.
enum SetupMissing: Error {
  case setup
  /// This is a company's office, which takes no step of an installation.
  case technician
  /// This is an inspector's laptop, which inspects and takes no step of an installation.
  case installer
  case share
  case platformKey
  /// The setup has no address of a platform.
  case platform
}
