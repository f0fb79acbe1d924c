/// The memory of how fast an adapter was driven without errors, so that the next run need not find out again.
public protocol BaudRateMemory: AnyObject {
  /// Bits a second above which nothing is tried; nil where nothing is known.
  var ceiling: Int? { get }
  /// Notes that the line worked at this speed to the end, and at no higher one.
  func note(held baudRate: Int)
}
