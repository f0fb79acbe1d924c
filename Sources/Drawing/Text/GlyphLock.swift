import Glibc

/// The lock under which one thread at a time asks cairo for glyphs: to measure text, to draw text, and to
/// release fonts.
///
/// cairo 1.16 keeps the glyphs of every font and thread in one cache. A thread that makes room in the full
/// cache holds the cache and waits for the font whose glyphs it takes out, while another thread that uses this
/// font holds it and waits for the cache (`_cairo_scaled_glyph_page_pluck`): both then wait for ever. The cache
/// is full after some 16,000 glyphs, which a long list with many names in several sizes has.
enum GlyphLock {
  /// The lock is recursive, because the last reference to a text may be released while the lock is held.
  private nonisolated(unsafe) static let mutex: UnsafeMutablePointer<pthread_mutex_t> = {
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    var attributes = pthread_mutexattr_t()
    pthread_mutexattr_init(&attributes)
    pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_RECURSIVE))
    pthread_mutex_init(mutex, &attributes)
    pthread_mutexattr_destroy(&attributes)
    return mutex
  }()

  /// The number of times that a thread tries for the lock before it sleeps.
  private static let maxAttempts = 100

  /// Runs `body` while no other thread is in `hold`.
  static func hold<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    // A text takes some hundredths of a millisecond, less than putting a thread to sleep and waking it again.
    var attempts = 0
    while pthread_mutex_trylock(mutex) != 0 {
      attempts += 1
      guard attempts < Self.maxAttempts else {
        pthread_mutex_lock(mutex)
        break
      }
      sched_yield()
    }
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }
}
