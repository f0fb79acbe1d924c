/// Says when the objects that wait are to be submitted as one transaction.
struct BatchLimits {
  /// The maximum number of objects, and of findings, in a transaction.
  let maxItems: Int
  /// About the maximum of their bytes.
  var maxBytes = 8 << 20
  /// About the longest time that an object waits for others.
  var maxAge = Duration.seconds(2)

  /// - Parameters:
  ///   - bytes: the size of all objects that wait.
  ///   - age: the time since the first of them began to wait.
  func areReached(by count: Int, bytes: Int, age: Duration) -> Bool {
    count >= maxItems || bytes >= maxBytes || age >= maxAge
  }
}
