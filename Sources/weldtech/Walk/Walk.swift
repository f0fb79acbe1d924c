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

  /// - Throws: the lifecycle's refusal, so that a step that may not be taken starts no work.
  func require(_ step: Step, of installation: Installation) throws {
    workplace.concerned = installation.id
    if let refusal = installation.refusal(of: step, by: try technician(), on: now().day) {
      throw StepRefused(step: step, refusal: refusal)
    }
  }

  /// Appends `events`, all or none, and returns the record with them.
  func append(_ events: [InstallationEvent], to installation: Installation) throws -> Installation {
    try fieldbook.append(events, to: installation.id, by: try technician(), at: now())
  }

  func append(_ event: InstallationEvent, to installation: Installation) throws -> Installation {
    try append([event], to: installation)
  }

  /// Runs `body` while no other weldtech works on this installation.
  /// - Throws: `InstallationBusy`.
  func alone<Result>(with id: InstallationID, _ body: () throws -> Result) throws -> Result {
    workplace.concerned = id
    guard let lock = try fieldbook.lock(.installation(id)) else { throw InstallationBusy(id: id) }
    defer { lock.release() }
    return try body()
  }
}

/// The record does not allow a step now.
struct StepRefused: Error {
  /// Nil where another run went on meanwhile and the fieldbook itself refused.
  let step: Step?
  let refusal: StepRefusal
}

/// Another weldtech works on this installation at the moment.
struct InstallationBusy: Error {
  let id: InstallationID
}
