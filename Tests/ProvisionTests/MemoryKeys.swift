import Records

/// A key store in memory that stops before or after one of its writes, like a laptop whose battery is empty.
final class MemoryKeys: PairingKeys {
  struct Dead: Error {}

  private(set) var kept: [String: KeptKey] = [:]
  /// Every key that was ever prepared, by its id.
  private(set) var prepared: [String] = []
  private(set) var writes = 0
  /// Number, from 1, of the write in place of which the store stops.
  var diesBefore: Int?
  /// Number, from 1, of the write after which the store stops.
  var diesAfter: Int?

  func key(for installation: InstallationID, moduleSerial: String) throws -> KeptKey? {
    kept[place(installation, moduleSerial)]
  }

  func heldKey(_ keyID: String, moduleSerial: String) throws -> SecretKey? {
    kept.first { $0.key.hasSuffix("/" + moduleSerial) && $0.value.keyID == keyID }?.value.secret
  }

  func prepare(_ key: SecretKey, for installation: InstallationID, moduleSerial: String) throws {
    try write {
      prepared.append(key.keyID)
      kept[place(installation, moduleSerial)] = KeptKey(keyID: key.keyID, secret: key, isCommitted: false)
    }
  }

  func markCommitted(keyID: String, for installation: InstallationID, moduleSerial: String) throws {
    try write {
      guard let key = kept[place(installation, moduleSerial)], key.keyID == keyID else { return }
      kept[place(installation, moduleSerial)] = KeptKey(keyID: keyID, secret: key.secret, isCommitted: true)
    }
  }

  /// Removes a key, as delivery to the platform does.
  func forget(_ installation: InstallationID, moduleSerial: String) {
    guard let key = kept[place(installation, moduleSerial)] else { return }
    kept[place(installation, moduleSerial)] = KeptKey(keyID: key.keyID, secret: nil, isCommitted: true)
  }

  private func write(_ change: () -> Void) throws {
    writes += 1
    if diesBefore == writes { throw Dead() }
    change()
    if diesAfter == writes { throw Dead() }
  }

  private func place(_ installation: InstallationID, _ serial: String) -> String { "\(installation)/\(serial)" }
}
