extension Installation {
  /// Adds up the entries of one installation's log by the rules by which they were written.
  /// - Parameters:
  ///   - entries: all entries of the installation, or the first of them, oldest first.
  ///   - closedDigest: returns SHA-256 of the bytes of a closed revision in lower-case hex; it is called where
  ///     an entry opens the next revision.
  /// - Returns: nil where the entries do not begin with a registration, a survey or a record that was taken over.
  public static func replaying<Failure: Error>(
    _ entries: some Sequence<LogEntry>, closedDigest: (_ closed: Installation) throws(Failure) -> String
  ) throws(Failure) -> Installation? {
    var sum: Installation?
    for entry in entries {
      guard var installation = sum else {
        switch entry.event {
        case .registered(let registered):
          sum = Installation(
            id: entry.installation, registered: registered, at: entry.at, entrySha256: entry.sha256)
        case .surveyed(let surveyed):
          sum = Installation(
            id: entry.installation, surveyed: surveyed, at: entry.at, entrySha256: entry.sha256)
        case .adopted(let adopted):
          guard
            let begun = Installation(adopted: adopted, at: entry.at, entrySha256: entry.sha256),
            begun.id == entry.installation
          else { return nil }
          sum = begun
        default: return nil
        }
        continue
      }
      switch (installation.isInWork, installation.status, entry.event) {
      case (true, _, _): break
      // Photos of a retired welder are recorded with the registration; later ones are refused.
      case (false, .retired, .photographed): break
      default: installation.beginRevision(after: try closedDigest(installation))
      }
      installation.apply(entry.event, at: entry.at, entrySha256: entry.sha256)
      sum = installation
    }
    return sum
  }
}
