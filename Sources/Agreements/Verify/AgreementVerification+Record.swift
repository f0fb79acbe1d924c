public import Records

extension AgreementVerification {
  /// Holds a record against what its owner signed.
  ///
  /// The record that was closed by the signature is the embedded one and the signature, to the last field. A later revision without a new
  /// signature may differ only in what the events since then change.
  /// - Parameter record: the record in the revision that the signature closed, or in a later one of the same agreement.
  /// - Returns: the path of the first field that differs, such as `owner.street`, in the order of the names; nil where none does.
  public func difference(from record: Installation) -> String? {
    guard record.id == installation.id else { return "id" }
    // A confirmation of a repair is sealed in the same way and is no agreement.
    guard record.agreement != nil, manifest.repair == nil else { return "agreement" }
    guard record.history.starts(with: installation.history), record.history.count > installation.history.count
    else { return "history" }
    let since = record.history[installation.history.count...]
    guard let entry = since.first, entry.event == InstallationEvent.Kind.signed.rawValue else {
      return "history"
    }
    var signed = installation
    signed.apply(.signed(agreementRecord), at: entry.at, entrySha256: entry.sha256)
    guard since.count > 1 else { return RecordDifference(signed, record).path }
    // What the entries of the history say themselves is carried by the chain of the revisions.
    let events = Set(since.dropFirst().map(\.event))
    guard (record.inspections ?? []).starts(with: installation.inspections ?? []) else { return "inspections" }
    guard record.photos.starts(with: signed.photos) else { return "photos" }
    return RecordDifference(
      signed, record, leavingOut: Self.fieldsChanged(by: events, status: record.status)
    ).path
  }

  /// What the record has of the signature, by the file.
  private var agreementRecord: AgreementRecord {
    let signing = manifest.signing
    return AgreementRecord(
      sha256: agreementSha256, bytes: byteCount, signedAt: signing.signedAt, signatory: signing.signatory,
      strokesSha256: signing.strokesSha256, terms: manifest.terms, textSha256: manifest.textSha256,
      shown: signing.shown, consentsToDynamics: signing.consentsToDynamics)
  }

  // MARK: - What changes without a signature

  /// What every later revision may change.
  private static let revisionFields: Set<String> = [
    "revision", "previousSha256", "status", "closedAt", "history", "inspections", "photos", "repairs",
  ]
  private static let moduleFields: Set<String> = [
    "module", "label", "seal", "test", "retiredModules", "earlierLabels",
  ]
  private static let registrationFields: Set<String> = ["owner", "welder", "remarks", "scheme", "funding"]

  /// The paths of the fields that events after the signature change while the agreement stays in force.
  private static func fieldsChanged(by events: Set<String>, status: Installation.Status) -> Set<String> {
    var fields = revisionFields
    func has(_ kind: InstallationEvent.Kind) -> Bool { events.contains(kind.rawValue) }
    if has(.welderInspected) { fields.insert("module.state") }
    // The owner confirms the work by a document of its own.
    if has(.repairBegun) { fields.formUnion(moduleFields) }
    if has(.moved) { fields.formUnion(["owner.street", "owner.community", "welder.purpose"]) }
    if has(.withdrawn) { fields.formUnion(["retiredReason", "welder.condition"]) }
    // Any other corrected record is in work until its owner has signed again.
    if has(.corrected), status == .retired { fields.formUnion(registrationFields) }
    return fields
  }
}

/// The first field in which two records differ, by their JSON, so that a field that is added to records is compared, too.
private struct RecordDifference {
  /// The keys from the record down to the field, with points between them; nil where the records do not differ.
  let path: String?

  init(_ expected: Installation, _ found: Installation, leavingOut fields: Set<String> = []) {
    guard !expected.isSame(as: found) else {
      path = nil
      return
    }
    func json(_ record: Installation) -> JSONValue? {
      try? RecordCoding.decode(JSONValue.self, from: RecordCoding.encode(record))
    }
    guard let expected = json(expected), let found = json(found) else {
      path = "$"
      return
    }
    path = Self.first(expected, found, at: "", leavingOut: fields)
  }

  private static func first(
    _ expected: JSONValue?, _ found: JSONValue?, at path: String, leavingOut fields: Set<String>
  ) -> String? {
    guard expected != found, !fields.contains(path) else { return nil }
    guard case .object(let left)? = expected, case .object(let right)? = found else { return path }
    for key in Set(left.keys).union(right.keys).sorted() {
      let inner = path.isEmpty ? key : "\(path).\(key)"
      if let different = first(left[key], right[key], at: inner, leavingOut: fields) { return different }
    }
    return nil
  }
}
