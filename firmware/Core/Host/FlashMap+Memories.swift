extension FlashMap {
  /// Addresses at which a stack may begin: in main memory or core-coupled memory, the word past each end included.
  public static var stackTops: [ClosedRange<UInt32>] {
    [0x2000_0004...0x2002_0000, 0x1000_0004...0x1001_0000]
  }
}
