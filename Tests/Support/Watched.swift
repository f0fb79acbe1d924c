import Foundation

/// A value that some threads change and a test waits for.
public final class Watched<Value: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  // `value` and `waiting` are used only with the condition locked.
  private var value: Value
  private var waiting = 0

  public init(_ value: Value) { self.value = value }

  public var latest: Value { change { $0 } }

  /// Changes the value and wakes every waiting thread, which checks it.
  @discardableResult
  public func change<Result>(_ body: (inout Value) -> Result) -> Result {
    condition.lock()
    defer { condition.unlock() }
    let result = body(&value)
    if waiting > 0 { condition.broadcast() }
    return result
  }

  /// Waits until `isSo` returns true, which is called after each change and must not change the value; returns
  /// false where `Waiting.guardTime` ended the wait.
  public func wait(until isSo: (Value) -> Bool) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    waiting += 1
    defer { waiting -= 1 }
    let limit = Date() + Double(Waiting.guardTime.components.seconds)
    while !isSo(value) {
      guard condition.wait(until: limit) else { return isSo(value) }
    }
    return true
  }
}
