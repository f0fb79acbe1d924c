import Synchronization
import Terminal

/// A person who answers the questions from a list; the questions are stored.
final class Script: LineSource {
  let isTerminal: Bool
  private let state: Mutex<(answers: [String], asked: [String])>

  init(_ answers: [String] = [], isTerminal: Bool = true) {
    self.isTerminal = isTerminal
    state = Mutex((answers, []))
  }

  var asked: [String] { state.withLock { $0.asked } }
  var left: [String] { state.withLock { $0.answers } }

  func readLine(prompt: String, drawingOn sink: Sink) throws(PromptError) -> String {
    let answer = state.withLock { state -> String? in
      state.asked.append(prompt)
      return state.answers.isEmpty ? nil : state.answers.removeFirst()
    }
    guard let answer else { throw .endOfInput }
    return answer
  }
}
