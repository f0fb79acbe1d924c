import Fieldbook
import FoundationEssentials
import Records

/// The steps of the walk. Each checks that the record allows it, does its work, makes it durable and only
/// then returns; the commands and `install` call the same functions.
struct Walk {
  let workplace: Workplace

  var fieldbook: Fieldbook { get throws { try workplace.fieldbook() } }

  func now() -> Timestamp { workplace.clock.now() }

  func technician() throws -> Technician { try workplace.technician() }

  /// Checks that the record allows a step, so that one that may not be taken starts no work.
  /// - Throws: the lifecycle's refusal.
  func require(_ step: Step, of installation: LockedInstallation) throws {
    try require(step, of: installation.record)
  }

  /// Checks the same of a record that is only read.
  func require(_ step: Step, of installation: Installation) throws {
    workplace.concerned = installation.id
    try fieldbook.checkClock(now())
    if let refusal = installation.refusal(of: step, by: try technician(), on: now().day) {
      throw StepRefused(step: step, refusal: refusal)
    }
  }
}

/// The error that the record does not allow a step now.
struct StepRefused: Error {
  /// The step; nil where another run went on meanwhile and the fieldbook itself refused.
  let step: Step?
  let refusal: StepRefusal
}

/// The error that another weldtech works on this installation at the moment.
struct InstallationBusy: Error {
  let id: InstallationID
}
