/// The program's version, `MAJOR.MINOR.PATCH`.
enum Version {
  static let current = "0.1.0"
}
