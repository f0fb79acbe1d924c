import Glibc
import Terminal

/// An error that knows how to be read by a person. Feature targets have facts only; their words are in the
/// `Explanation+<Target>.swift` files beside this one.
protocol Explained: Error {
  var failure: Failure { get }
}

extension Failure: Explained {
  var failure: Failure { self }
}

/// What is said of any error. One without words of its own is a defect, and says so.
func explain(_ error: any Error) -> Failure {
  if let explained = error as? any Explained { return explained.failure }
  return Failure(
    code: "internal",
    message: Text(zh: "没有预料到的错误：\(error)", en: "an error nobody foresaw: \(error)"),
    hint: Text(zh: "请把这一行报告给开发者", en: "please report this line to the developers"))
}

/// The system's own words for an error number.
func systemMessage(_ number: Int32) -> String {
  strerror(number).map { String(cString: $0) } ?? "errno \(number)"
}
