import Agreements
import Cryptography
import Fieldbook
import FoundationEssentials
import Provision
import Records
import Terminal

/// One inspection of an installed welder, from the record to the page on paper. Nothing on the module is changed.
struct InspectionRun {
  let workplace: Workplace
  let port: String
  let label: InspectionFindings.Label
  /// The number on the seal; nil where nobody read it.
  let sealNumber: String?

  struct Outcome {
    var installation: Installation
    var inspection: Inspection
    /// The number of the revision that the inspection makes; nil where it was not added to the record.
    var revision: Int?
    /// The page, a PDF.
    var page: Data
    /// The reason why the inspection is not on record, such as a full disk; nil where it is on record, and
    /// where it must not be.
    var failure: (any Error)?
  }

  /// Inspects the welder, and stores the result before it returns. The result is returned even where it could
  /// not be stored.
  func inspect(_ found: RecordSource.Found, by inspector: Inspector) throws -> Outcome {
    switch found.keeping {
    case .nowhere:
      let inspection = try hold(found, inspector)
      return Outcome(
        installation: found.installation, inspection: inspection,
        page: try Self.page(of: inspection, found.installation))
    case .visit(let record):
      let inspection = try hold(found, inspector)
      var outcome = Outcome(
        installation: found.installation, inspection: inspection,
        page: try Self.page(of: inspection, found.installation))
      do {
        outcome.revision = try workplace.fieldbook().appendVisit(
          inspection, to: record, at: workplace.clock.now())
      } catch { outcome.failure = error }
      return outcome
    case .ownRecord:
      let walk = Walk(workplace: workplace)
      return try walk.alone(with: found.installation.id) { locked in
        // The record may have changed before the lock was taken.
        guard locked.record.revision == found.installation.revision else {
          throw InstallationBusy(id: locked.id)
        }
        let inspection = try hold(found, inspector)
        var outcome = Outcome(
          installation: locked.record, inspection: inspection,
          page: try Self.page(of: inspection, found.installation))
        do {
          outcome.installation = try walk.append(inspection, to: locked)
          outcome.revision = outcome.installation.revision
        } catch { outcome.failure = error }
        return outcome
      }
    }
  }

  // MARK: - The module

  private func hold(_ found: RecordSource.Found, _ inspector: Inspector) throws -> Inspection {
    let fieldbook = try workplace.fieldbook()
    try fieldbook.checkClock(workplace.clock.now())
    func inspection(_ checks: [InspectionCheck], _ state: ModuleState?) -> Inspection {
      Inspection(
        inspector: inspector, inspectedAt: workplace.clock.now(), source: found.source,
        againstRevision: found.installation.revision, againstSha256: found.sha256, checks: checks, state: state)
    }
    let link = try workplace.openPort(port)
    defer { link.close() }
    let client = SMPClient(link: link, now: { ContinuousClock.now })
    let module: ModuleReading
    do {
      module = try ModuleReading(
        client,
        key: { try fieldbook.heldKey($0, moduleSerial: $1) },
        authority: found.platform.map { $0 as any ProofAuthority }, random: workplace.random)
    } catch let error as ProvisionError {
      // An unreadable reply of a module is evidence; no reply at all may be due to a bad cable.
      guard let request = error.requestOfUnusableAnswer else { throw error }
      // The module's serial number may be readable all the same.
      let serialNumber = request == .identity ? nil : try? client.identity().serialNumber
      return inspection(
        found.installation.checks(
          unusableAnswerTo: request.rawValue, serialNumber: serialNumber, recordFault: found.fault,
          label: label,
          sealNumber: sealNumber), nil)
    }
    let findings = InspectionFindings(
      recordFault: found.fault, label: label, module: module.findings, releases: releases(),
      platform: try fieldbook.setup().platform,
      trustAnchor: try workplace.platformPin().pinned().map { Hex.encode($0.publicKeyDigest) },
      sealNumber: sealNumber)
    return inspection(found.installation.checks(of: findings), module.findings.state)
  }

  /// The signed releases of this laptop; none where there is no shelf.
  private func releases() -> [InspectionFindings.Release] {
    guard let catalogue = try? workplace.firmwareShelf().releases(for: [port]) else { return [] }
    return catalogue.releases.compactMap { release in
      guard case .success = release.signature, let image = release.manifest.appSha256 else { return nil }
      return InspectionFindings.Release(
        version: release.manifest.version, sha256: release.manifest.sha256, imageSha256: image)
    }
  }

  // MARK: - The page

  /// The page of an inspection, a PDF.
  static func page(of inspection: Inspection, _ installation: Installation) throws -> Data {
    let rows = inspection.checks.map { check in
      InspectionPage.Row(
        title: InspectionTexts.title(of: check).zh, outcome: InspectionTexts.outcome(of: check).zh,
        words: InspectionTexts.words(of: check)?.zh ?? "")
    }
    return try InspectionPage(
      of: inspection, installation, verdict: InspectionTexts.verdict(inspection.verdict).zh, rows: rows
    ).render()
  }
}

extension ProvisionError {
  /// The request to which the module's reply cannot be read or is a refusal; nil for any other error. A garbled
  /// reply, or one with another sequence number, is a fault of the cable and not of the module.
  var requestOfUnusableAnswer: ModuleRequest? {
    switch self {
    case .unusableReply(.garbled, _), .unusableReply(.otherSequence, _): nil
    case .unusableReply(_, let request), .rejected(_, let request): request
    default: nil
    }
  }
}
