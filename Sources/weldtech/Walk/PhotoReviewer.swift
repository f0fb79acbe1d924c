import Arguments
import Records
import Terminal

/// A question about a photo that deserves another look.
struct PhotoQuestion: Hashable {
  /// The code of the question about a photo that resembles one of another welder.
  static let otherWelder = "otherWelder"

  /// The raw value of a `PhotoFlaw`, `resembles`, or `otherWelder`.
  let code: String
  /// What was noticed, as the rest of a sentence that begins with the photo.
  let text: Text
  /// Whether a yes needs a reason too.
  let needsReason: Bool
  /// The SHA-256 of the other photo that the photo resembles, lower-case hex; nil where the question concerns
  /// no other photo of this welder.
  let resembling: String?
}

/// Answers the questions about a photo. Only `PhotoIntake` decides what is judged and when a question is asked.
protocol PhotoReviewer {
  /// Whether the finding with this code was pointed out before, so that it need not be said again.
  func knows(_ code: String) -> Bool

  /// Whether the photo is attached in spite of what was noticed.
  func accepts(_ question: PhotoQuestion) throws -> Bool

  /// The reason why the photo is right although it resembles one of another welder.
  func reason(for question: PhotoQuestion) throws -> PhotoReasonAnswer
}

/// The answer to the question why a photo is right.
enum PhotoReasonAnswer {
  case given(WrittenText)
  case declined
  /// Nobody can be asked.
  case nobody
}

/// Asks the technician on the terminal. Where nobody can be asked, what was noticed is only pointed out.
struct TerminalPhotoReviewer: PhotoReviewer {
  let workplace: Workplace

  private var console: Console { workplace.console }

  func knows(_ code: String) -> Bool { false }

  func accepts(_ question: PhotoQuestion) throws -> Bool {
    guard console.canPrompt else { return true }
    return try console.prompter.confirm(
      Text(zh: "仍然附上这张照片", en: "attach it all the same"), fallback: false)
  }

  func reason(for question: PhotoQuestion) throws -> PhotoReasonAnswer {
    guard console.canPrompt else { return .nobody }
    let isRight = try console.prompter.confirm(
      Text(zh: "确实是这台焊机的照片", en: "is it a photo of this welder"), fallback: false)
    guard isRight else { return .declined }
    let answer = try workplace.ask(Text(zh: "为什么几乎一样", en: "why does it look the same"), as: .note)
    return .given(try workplace.written(answer, as: .note, option: "reason"))
  }
}

/// Takes the answers that a page gave with an upload. A question without an answer is thrown, so that the page can ask it and send
/// the photo again.
struct PagePhotoReviewer: PhotoReviewer {
  /// The codes of the questions that were answered with yes.
  let accepts: Set<String>
  let reason: WrittenText?

  func knows(_ code: String) -> Bool {
    accepts.contains(code) || code == "resembles" && accepts.contains(PhotoQuestion.otherWelder)
  }

  func accepts(_ question: PhotoQuestion) throws -> Bool {
    guard accepts.contains(question.code) else { throw PhotoAsked(question: question) }
    return true
  }

  func reason(for question: PhotoQuestion) throws -> PhotoReasonAnswer {
    guard accepts.contains(question.code), let reason else { throw PhotoAsked(question: question) }
    return .given(reason)
  }
}

/// A photo was not attached, because a question about it has no answer yet.
struct PhotoAsked: Error {
  let question: PhotoQuestion
}
