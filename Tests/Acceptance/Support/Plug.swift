import Bench
import Foundation
import Synchronization
import TestSupport
import Testing

/// A three-phase welder's module on a cable, in the test's own process, so that a test can pull it, plug it in
/// again and inspect it. Each module is a different one.
final class Plug: Sendable {
  let module: ModuleBench
  /// The module's time.
  let clock = MovableClock()
  private let path: Mutex<String>
  /// A descriptor on the port. As long as it is open, the number of a pulled port is not given to another port,
  /// so that no test reaches the module of another test.
  private let hold: Mutex<Int32>

  /// Plugs a new module in.
  /// - Parameter fault: a fault as `bench module --fault` takes it.
  convenience init(fault: String? = nil, timings: FlashTimings = .typical) throws {
    var configuration = ModuleBench.Configuration(timings: timings)
    configuration.fault = try fault.map { try #require(ModuleBenchFault($0)) }
    configuration.uniqueID = Self.uniqueIDs.bytes(12)
    configuration.surroundings = Surroundings(World(supplyVolts: 400))
    try self.init(configuration)
  }

  /// Plugs the same module into another cable, after its power was off and the previous cable was pulled.
  convenience init(of other: Plug, fault: String? = nil) throws {
    other.module.stop()
    var configuration = other.module.configuration
    configuration.fault = try fault.map { try #require(ModuleBenchFault($0)) }
    try self.init(configuration)
  }

  private static let uniqueIDs = SeededBytes(seed: 1)

  private init(_ configuration: ModuleBench.Configuration) throws {
    module = ModuleBench(
      configuration, random: SeededBytes(seed: 2).bytes, now: { [clock] in clock.now() })
    let port = try module.runInBackground()
    path = Mutex(port)
    hold = Mutex(open(port, O_RDWR | O_NOCTTY | O_NONBLOCK))
  }

  deinit {
    module.stop()
    hold.withLock { _ = close($0) }
  }

  var port: String { path.withLock { $0 } }

  /// Plugs the cable in again, after a fault that pulled it.
  func plugIn() throws {
    module.stop()
    let port = try module.runInBackground()
    path.withLock { $0 = port }
    hold.withLock {
      close($0)
      $0 = open(port, O_RDWR | O_NOCTTY | O_NONBLOCK)
    }
  }
}
