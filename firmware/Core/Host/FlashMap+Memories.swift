extension FlashMap {
  /// Valid initial values of the stack pointer: in main memory, including the address behind its end. The boot
  /// block starts no application whose stack lies in core-coupled memory.
  public static var stackTops: [ClosedRange<UInt32>] {
    [0x2000_0004...0x2002_0000]
  }
}
