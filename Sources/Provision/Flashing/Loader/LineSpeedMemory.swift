/// What is known of an adapter: how fast it was driven without errors, so that the next run need not find out again.
public protocol LineSpeedMemory: AnyObject {
  /// Bits a second above which nothing is tried; nil where nothing is known.
  var ceiling: Int? { get }
  /// The line worked at this speed to the end, and at no higher one.
  func note(held baud: Int)
}
