public import Records

/// An installation as one line of `list` shows it.
public struct InstallationSummary: Hashable, Sendable {
  public let id: InstallationID
  /// The code of the label; nil for a welder that was surveyed only or registered as retired.
  public let code: LabelCode?
  public let status: Installation.Status
  public let unitName: String
  public let openedAt: Timestamp
  /// The first step that is not done; nil once the record is closed.
  public let next: Step?
  public let revision: Int

  /// Whether the owner has signed, and has to sign again because the record was corrected since.
  public var isSignatureDue: Bool { status == .open && revision > 1 && !isInRepair }
  /// Whether a fault was reported, and its repair is not over.
  public var isInRepair: Bool { next == .repair || next == .confirm }
}

extension InstallationSummary {
  init(_ installation: Installation) {
    self.init(
      id: installation.id, code: installation.code, status: installation.status,
      unitName: installation.owner.unitName.text, openedAt: installation.openedAt, next: installation.nextStep,
      revision: installation.revision)
  }
}
