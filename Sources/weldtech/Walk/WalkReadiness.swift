import Fieldbook
import FoundationEssentials
import Glibc
import Records
import Terminal

/// Checks that this laptop has what a walk needs, before anybody answers a question in vain. Each refusal is
/// the error with which the step itself would end, with its remedy.
struct WalkReadiness {
  /// The minimum free space with which a walk is begun, for its photos and its agreement, bytes.
  private static let minBytes = 50_000_000

  let workplace: Workplace

  /// Checks what registering needs.
  /// - Parameter needsCode: whether this laptop has to give a code; false where the code comes with the label,
  ///   or the welder takes none.
  /// - Throws: `SetupMissing`, `StepRefused`, `FieldbookError`, `SyncError`.
  func checkRegistering(needsCode: Bool) throws {
    let fieldbook = try workplace.fieldbook()
    try fieldbook.checkClock(workplace.clock.now())
    try workplace.technicianAtWork()
    try checkDisk()
    guard needsCode else { return }
    // A laptop without a network may have no code left and not be able to get any.
    try workplace.codeSupply().fetchIfExhausted()
    guard try fieldbook.codesLeft() > 0 else { throw FieldbookError.codesExhausted(left: 0) }
  }

  /// Checks what the whole walk needs, and chooses the port.
  /// - Throws: as `checkRegistering`, and `SetupMissing.platform`, `SetupMissing.platformKey`, `SyncError`.
  func checkInstalling(needsCode: Bool, port: String?) throws {
    try checkRegistering(needsCode: needsCode)
    try Walk(workplace: workplace).checkPairing()
    _ = try workplace.choosePort(port)
  }

  private func checkDisk() throws {
    let fieldbook = try workplace.fieldbook()
    if let refusal = fieldbook.writeRefusal { throw refusal }
    guard let free = Self.freeBytes(of: fieldbook.home) else { return }
    if free < Self.minBytes { throw FieldbookError.store(.diskFull) }
    if free < HealthCheck.minBytes {
      workplace.console.say(HealthFinding.diskLow(free: free).failure.message, .yellow)
    }
  }

  /// The free space for this user where a folder lies, bytes; nil where the system does not say.
  static func freeBytes(of folder: String) -> Int? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    return Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).0)
  }
}
