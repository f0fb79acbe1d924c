extension FlashMap {
  /// Valid initial values of the stack pointer: in main memory or core-coupled memory, including the address
  /// behind the end of each.
  public static var stackTops: [ClosedRange<UInt32>] {
    [0x2000_0004...0x2002_0000, 0x1000_0004...0x1001_0000]
  }
}
