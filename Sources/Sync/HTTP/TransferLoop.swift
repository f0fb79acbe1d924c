import CCurl
import Threads

/// Runs transfers side by side on one thread, by libcurl's multi interface, which keeps their connections open
/// for the next ones. https://curl.se/libcurl/c/libcurl-multi.html
final class TransferLoop: Sendable {
  /// The maximum number of transfers, and so of connections. Further ones wait here, because libcurl would
  /// count their waiting as a part of their time.
  private static let maxTransfers = 32
  /// The time in milliseconds after which transfers without any event are asked whether they are to end.
  private static let pollMilliseconds: Int32 = 200

  private let core: Core
  private let thread = Monitor<SystemThread?>(nil)

  /// Makes a loop; its thread starts with the first transfer.
  /// - Throws: `library` where libcurl cannot be set up.
  init() throws(SyncError) {
    guard let multi = curl_multi_init() else { throw .library }
    core = Core(multi)
    guard wt_curl_multi_set_number(multi, CURLMOPT_MAX_HOST_CONNECTIONS, Self.maxTransfers) == CURLM_OK,
      wt_curl_multi_set_number(multi, CURLMOPT_MAXCONNECTS, Self.maxTransfers) == CURLM_OK
    else { throw .library }
  }

  deinit {
    core.arrivals.change { $0.isClosed = true }
    curl_multi_wakeup(core.multi)
    thread.withLock { $0?.join() }
  }

  /// Runs a transfer to its end; any number of threads may do so at once.
  /// - Parameter handle: an easy handle with all its options, which nobody else uses meanwhile.
  /// - Returns: libcurl's result; `CURLE_FAILED_INIT` where the system has no thread for the loop.
  func run(_ handle: UnsafeMutableRawPointer) -> CURLcode {
    let isRunning = thread.withLock { thread in
      if thread == nil { thread = try? SystemThread { [core] in core.serve() } }
      return thread != nil
    }
    guard isRunning else { return CURLE_FAILED_INIT }
    let transfer = Transfer(handle)
    core.arrivals.change { $0.transfers.append(transfer) }
    curl_multi_wakeup(core.multi)
    return transfer.result.wait(milliseconds: nil) { $0 } ?? CURLE_FAILED_INIT
  }

  /// One transfer, whose handle belongs to the loop's thread until it has a result.
  private final class Transfer: Sendable {
    nonisolated(unsafe) let handle: UnsafeMutableRawPointer
    let result = Monitor<CURLcode?>(nil)

    init(_ handle: UnsafeMutableRawPointer) { self.handle = handle }
  }

  private struct Arrivals {
    var transfers: [Transfer] = []
    var isClosed = false
  }

  /// What the loop's thread works on.
  private final class Core: Sendable {
    // Only the loop's thread uses this handle; curl_multi_wakeup may be called on any thread.
    nonisolated(unsafe) let multi: UnsafeMutableRawPointer
    let arrivals = Monitor(Arrivals())

    init(_ multi: UnsafeMutableRawPointer) { self.multi = multi }

    deinit { curl_multi_cleanup(multi) }

    func serve() {
      var running: [UnsafeMutableRawPointer: Transfer] = [:]
      while true {
        let room = TransferLoop.maxTransfers - running.count
        let isIdle = running.isEmpty
        let arrived = arrivals.wait(milliseconds: isIdle ? nil : 0) { arrivals -> [Transfer]? in
          if isIdle, arrivals.transfers.isEmpty, !arrivals.isClosed { return nil }
          let taken = Array(arrivals.transfers.prefix(room))
          arrivals.transfers.removeFirst(taken.count)
          return taken
        }
        for transfer in arrived ?? [] {
          if curl_multi_add_handle(multi, transfer.handle) == CURLM_OK {
            running[transfer.handle] = transfer
          } else {
            transfer.result.change { $0 = CURLE_FAILED_INIT }
          }
        }
        // A closed loop has no callers, so nothing is running.
        if running.isEmpty, arrivals.withLock({ $0.isClosed }) { return }
        var count: Int32 = 0
        _ = curl_multi_perform(multi, &count)
        finish(&running)
        let isMoreWaiting =
          running.count < TransferLoop.maxTransfers && arrivals.withLock { !$0.transfers.isEmpty }
        if !running.isEmpty, !isMoreWaiting {
          _ = curl_multi_poll(multi, nil, 0, TransferLoop.pollMilliseconds, nil)
        }
      }
    }

    /// Takes the transfers that have ended out of the loop and gives them their results.
    private func finish(_ running: inout [UnsafeMutableRawPointer: Transfer]) {
      var left: Int32 = 0
      while let message = curl_multi_info_read(multi, &left) {
        guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
        let code = message.pointee.data.result
        // The message is gone after this.
        curl_multi_remove_handle(multi, handle)
        running.removeValue(forKey: handle)?.result.change { $0 = code }
      }
    }
  }
}
