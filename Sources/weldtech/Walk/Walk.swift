import Fieldbook
import FoundationEssentials
import Records

/// The steps of the walk. Each checks that the record allows it, does its work, and returns only when the
/// result is durable; the commands and `install` call the same functions.
struct Walk {
  let workplace: Workplace

  var fieldbook: Fieldbook { get throws { try workplace.fieldbook() } }

  func now() -> Timestamp { workplace.clock.now() }

  func technician() throws -> Technician { try workplace.technician() }

  /// The technician at work; nil in a company's office, whose fieldbook accepts only events that plan, correct
  /// or void a surveyed welder.
  func technicianOrOffice() throws -> Technician? {
    try fieldbook.setup().desk == true ? nil : try technician()
  }

  /// Checks that the record allows a step, so that no work is begun in vain.
  /// - Throws: the refusal of the lifecycle.
  func require(_ step: Step, of installation: LockedInstallation) throws {
    try require(step, of: installation.record)
  }

  /// Checks that a record, which is only read, allows a step.
  /// - Throws: the refusal of the lifecycle.
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
  /// The step; nil where another run has changed the record meanwhile and the fieldbook refused.
  let step: Step?
  let refusal: StepRefusal
}

/// The error that another weldtech is working on this installation.
struct InstallationBusy: Error {
  let id: InstallationID
}
