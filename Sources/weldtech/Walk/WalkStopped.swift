import Agreements
import Arguments
import Fieldbook
import Photos
import Records
import Terminal

/// The error that ended a walk, with the command that continues the walk, as it is typed.
struct WalkStopped: Error {
  let cause: any Error
  let command: String

  /// Runs `body` and names the command in its errors.
  /// - Parameter command: the command that continues; nil names none.
  static func naming<Result>(_ command: String?, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as UsageError {
      // The runner names the options that are missing.
      throw error
    } catch PromptError.back {
      throw PromptError.back
    } catch {
      guard let command else { throw error }
      throw WalkStopped(cause: error, command: command)
    }
  }
}

extension WalkStopped: Explained {
  var failure: Failure {
    var failure = explain(cause)
    let isCancelled = failure.exit == .cancelled
    failure.hint = Text(
      zh: "\(isCancelled ? "" : failure.hint.zh + "；")接着办：\(command)",
      en: "\(isCancelled ? "" : failure.hint.en + "; ")go on by: \(command)")
    return failure
  }
}

/// A slip of the person who answers: it is explained, and the question comes again.
enum WalkSlip {
  /// Runs `body`, which asks and then does the work, until it goes through.
  /// - Parameters:
  ///   - isAsking: whether `body` asks a person; false where it has its answer from an option, whose errors end
  ///     the command.
  ///   - goesBack: whether going back throws `PromptError.back`; otherwise the user is told that the step
  ///     before is on record.
  static func askingAgain<Result>(
    on console: Console, isAsking: Bool = true, goesBack: Bool = false, _ body: () throws -> Result
  ) throws -> Result {
    while true {
      do {
        return try body()
      } catch PromptError.back where isAsking && !goesBack {
        console.sayNoWayBack()
      } catch  where isAsking && console.canPrompt && isSlip(error) {
        let failure = explain(error)
        console.say(Text(zh: "  \(failure.message.zh)", en: "  \(failure.message.en)"), .yellow)
        // The hint is shown for HEIC, a phone's own format, because it is changed on the phone.
        if case .notAPhoto(.heic)? = (error as? PhotoRejected)?.error {
          console.say(Text(zh: "  → \(failure.hint.zh)", en: "  → \(failure.hint.en)"))
        }
      }
    }
  }

  /// Whether the error is about what was answered, and another answer can mend it.
  static func isSlip(_ error: any Error) -> Bool {
    switch error {
    case is FileFailure, is PhotoRejected, is PhotoDeclined, is SealMistyped, is PictureRefused, is PlateUnread:
      true
    case let error as StepRefused:
      // The plate that was read has another code than the record.
      if case .otherCode = error.refusal { true } else { false }
    case AgreementError.strokes: true
    case let error as FieldbookError:
      switch error {
      case .photoUsed, .pictureUsed, .photoResembles, .sealUsed: true
      default: false
      }
    default: false
    }
  }
}
