public import Records

extension AgreementVerification {
  /// Compares a record with what its owner signed.
  ///
  /// The revision that the signature closed must equal the embedded record with the signature added, in every
  /// field. A later revision without a new signature may differ only in what the events since then change.
  /// - Parameter record: the record in the revision that the signature closed, or in a later one of the same agreement.
  /// - Returns: the path of the first field that differs, such as `owner.street`, in the order of the names;
  ///   nil where no field differs.
  public func difference(from record: Installation) -> String? {
    guard record.id == installation.id else { return "id" }
    // A confirmation of a repair is sealed in the same way, but is no agreement.
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
    // The contents of the later entries are not compared here: the chain of the revisions protects them.
    let events = Set(since.dropFirst().map(\.event))
    guard (record.inspections ?? []).starts(with: installation.inspections ?? []) else { return "inspections" }
    guard record.photos.starts(with: signed.photos) else { return "photos" }
    return RecordDifference(
      signed, record, leavingOut: Self.fieldsChanged(by: events, status: record.status)
    ).path
  }

  /// The record's entry for this agreement, made from the file.
  private var agreementRecord: AgreementRecord {
    let signing = manifest.signing
    return AgreementRecord(
      sha256: agreementSha256, bytes: byteCount, signedAt: signing.signedAt, signatory: signing.signatory,
      strokesSha256: signing.strokesSha256, terms: manifest.terms, textSha256: manifest.textSha256,
      shown: signing.shown, consentsToDynamics: signing.consentsToDynamics)
  }

  // MARK: - What changes without a signature

  /// The fields that every later revision may change.
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
    // The owner confirms a repair by a separate document.
    if has(.repairBegun) { fields.formUnion(moduleFields) }
    if has(.moved) { fields.formUnion(["owner.street", "owner.community", "welder.purpose"]) }
    if has(.withdrawn) { fields.formUnion(["retiredReason", "welder.condition"]) }
    // A corrected record that is not retired stays open until its owner has signed again.
    if has(.corrected), status == .retired { fields.formUnion(registrationFields) }
    return fields
  }
}

/// The first field in which two records differ, by their JSON, so that a field that is added to records is
/// compared, too.
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
