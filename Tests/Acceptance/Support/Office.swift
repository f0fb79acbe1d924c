import Bench
import Foundation
import Synchronization
import TestSupport

/// A platform in the test's own process, so that a test can inspect it and make it fail.
final class Office: Sendable {
  let platform: LocalPlatform
  let url: String
  private let scratch: TemporaryFolder

  /// The platform of every test that does not make it fail; making its key pair takes a while.
  static let shared = Result { try Office() }

  init() throws {
    scratch = TemporaryFolder()
    let folder = scratch.file("platform")
    let random = SeededBytes(seed: 3)
    func made(listen: String) throws -> LocalPlatform {
      try LocalPlatform(.init(listen: listen, dataFolder: folder, random: random.bytes))
    }
    // The port stays the same when the platform stops and starts again.
    url = try {
      let first = try made(listen: "127.0.0.1:0")
      defer { first.stop() }
      return try first.start()
    }()
    platform = try made(listen: String(url.dropFirst("http://".count)))
    _ = try platform.start()
  }

  /// Sets up a laptop with a block of codes that no other laptop of this run has.
  func laptop() throws -> Laptop {
    let laptop = try Laptop()
    let number = Self.laptops.add(1, ordering: .relaxed).newValue
    let first = String(number, radix: 36).uppercased()
    let serial = String(repeating: "0", count: 3 - first.count) + first + "000"
    try laptop.setUp(codes: "\(serial)+50", platform: url)
    return laptop
  }

  private static let laptops = Atomic<Int>(0)

  /// The platform's records of a code.
  func has(code: String) -> [LocalPlatform.StoredInstallation] {
    platform.installations().filter { $0.code == code }
  }
}
