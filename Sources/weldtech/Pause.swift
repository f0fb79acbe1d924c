import Glibc

/// Sleeps in slices, so that Ctrl-C ends the pause.
func pause(_ duration: Duration, unless isCancelled: () -> Bool) {
  let end = ContinuousClock.now + duration
  while ContinuousClock.now < end, !isCancelled() {
    let slice = min(.milliseconds(100), end - ContinuousClock.now)
    let (seconds, attoseconds) = slice.components
    var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    nanosleep(&time, nil)
  }
}
