/// Says when the objects that wait are to be submitted as one transaction.
struct BatchLimits {
  /// The maximum number of objects, and of findings, in a transaction.
  let maxItems: Int
  /// The approximate maximum size of the objects in a transaction, bytes.
  var maxBytes = 8 << 20
  /// The approximate maximum time that an object waits for others.
  var maxAge = Duration.seconds(2)

  /// Whether the objects that wait are to be submitted now.
  /// - Parameters:
  ///   - count: the number of objects, or of findings, that wait.
  ///   - bytes: the size of all objects that wait.
  ///   - age: the time since the first of them began to wait.
  func areReached(by count: Int, bytes: Int, age: Duration) -> Bool {
    count >= maxItems || bytes >= maxBytes || age >= maxAge
  }
}
