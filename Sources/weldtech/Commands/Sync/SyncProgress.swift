import Records
import Sync
import Terminal

/// Shows what a run has sent of its files, with the rate and the time that is left.
final class SyncProgress {
  private let place: DeliveryPlace
  private let display: ProgressDisplay
  private let total: Int
  /// The number of delivered bytes of each file, so that a resumed upload counts once.
  private var done: [FileDigest: Int] = [:]
  private var sum = 0
  private var isOpen = false

  /// - Parameter bytes: the number of bytes of all files that wait.
  init(to place: DeliveryPlace, bytes: Int, for console: Console) {
    self.place = place
    let start = ContinuousClock.now
    display = ProgressDisplay(for: console, now: { ContinuousClock.now - start })
    total = bytes
  }

  func note(_ event: SyncEvent) {
    switch event {
    case .fileBegun(let sha256, let bytes, _):
      if !isOpen {
        isOpen = true
        display.begin(Text(zh: "上传文件", en: "sending files"), total: max(total, bytes), unit: .bytes)
      }
      sizes[sha256] = bytes
    case .fileProgress(let sha256, let offset, _): advance(sha256, to: offset)
    case .fileSkipped(let sha256), .fileDelivered(let sha256): advance(sha256, to: sizes[sha256] ?? 0)
    case .retrying(_, let reason): if isOpen { display.note(reason.title(at: place)) }
    default: break
    }
  }

  /// - Parameter isWhole: whether the run went through to its end.
  func finish(isWhole: Bool) {
    guard isOpen else { return }
    if isWhole { display.finish() } else { display.fail() }
  }

  /// The sizes of the files on their way.
  private var sizes: [FileDigest: Int] = [:]

  private func advance(_ sha256: FileDigest, to offset: Int) {
    sum += offset - (done[sha256] ?? 0)
    done[sha256] = offset
    display.advance(to: sum)
  }
}
