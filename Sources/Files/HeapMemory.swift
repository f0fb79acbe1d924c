internal import CFiles

/// The memory that glibc's heaps keep of the process.
public enum HeapMemory {
  /// Makes the system take back memory of 1 MiB and more once it is freed, and makes all threads share two
  /// heaps, from now on, so that a long run does not grow with its number of threads.
  public static func keepFlat() { wt_keep_memory_flat() }

  /// Returns unused memory of the heaps to the system.
  public static func giveBack() { wt_give_memory_back() }
}
