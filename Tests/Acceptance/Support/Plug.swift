import Bench
import Cryptography
import Foundation
import Synchronization
import Testing

/// A three-phase welder's module on a cable, in this process, so that a test can pull it, plug it in again and
/// look into it. Each module is another one.
final class Plug: Sendable {
  let module: ModuleBench
  private let path: Mutex<String>

  /// - Parameter fault: as `bench module --fault` takes it.
  init(fault: String? = nil, timings: FlashTimings = .typical) throws {
    var configuration = ModuleBench.Configuration(timings: timings)
    configuration.fault = try fault.map { try #require(ModuleBenchFault($0)) }
    configuration.uniqueID = try SecureRandom.bytes(12)
    configuration.surroundings = Surroundings(World(supplyVolts: 400))
    module = ModuleBench(
      configuration, random: { try? SecureRandom.bytes($0) }, now: { ContinuousClock.now })
    path = Mutex(try module.runInBackground())
  }

  deinit { module.stop() }

  var port: String { path.withLock { $0 } }

  /// The cable goes in again, after a fault that pulled it.
  func plugIn() throws {
    module.stop()
    let port = try module.runInBackground()
    path.withLock { $0 = port }
  }
}
