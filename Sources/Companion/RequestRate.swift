import Synchronization

/// Limits the requests of each address: `maxRequestsAtOnce` at once, and `requestsPerSecond` over time.
final class RequestRate: Sendable {
  private struct Allowance {
    var requests: Double
    var at: ContinuousClock.Instant
  }

  private static let maxAddresses = 1024

  private let allowances = Mutex<[UInt32: Allowance]>([:])
  private let now: @Sendable () -> ContinuousClock.Instant

  init(now: @escaping @Sendable () -> ContinuousClock.Instant) { self.now = now }

  /// Counts one more request of this address, and returns whether it is within the limit.
  func admits(_ client: UInt32) -> Bool {
    let time = now()
    return allowances.withLock { allowances in
      if allowances.count >= Self.maxAddresses, allowances[client] == nil {
        allowances = allowances.filter { Self.current($0.value, at: time) < CompanionLimits.maxRequestsAtOnce }
        // There are more busy addresses than such a network has, so the counts of all addresses begin again.
        if allowances.count >= Self.maxAddresses { allowances = [:] }
      }
      let allowance =
        allowances[client] ?? Allowance(requests: CompanionLimits.maxRequestsAtOnce, at: time)
      let requests = Self.current(allowance, at: time)
      allowances[client] = Allowance(requests: max(0, requests - 1), at: time)
      return requests >= 1
    }
  }

  private static func current(_ allowance: Allowance, at time: ContinuousClock.Instant) -> Double {
    let seconds = (time - allowance.at) / .seconds(1)
    return min(
      CompanionLimits.maxRequestsAtOnce, allowance.requests + seconds * CompanionLimits.requestsPerSecond)
  }
}
