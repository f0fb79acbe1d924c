/// The memory of the baud rate at which an adapter worked without errors, so that the next run starts with that
/// knowledge.
public protocol BaudRateMemory: AnyObject {
  /// Maximum baud rate to try, bits a second; nil where nothing is known.
  var ceiling: Int? { get }
  /// Records that the line worked at this baud rate to the end, and at no higher one.
  func note(held baudRate: Int)
}
