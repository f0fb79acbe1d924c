import Bench
import Foundation
import ModuleCore
import TestSupport
import Testing

@testable import Provision

/// Checks flashing through the ROM bootloader over a cable that flips a bit in 2 of 100 pieces on their way to
/// the chip and drops the last byte of 1 in 100 replies. Every chip has to be flashed in one run, in at most
/// three times the time of a clean line. Another test checks the wait for a firmware that is starting.
///
/// With `WELDTECH_NOISY_CHIPS=2000` the suite flashes 2,000 chips instead of 50; `WELDTECH_NOISY_SEED=N`
/// flashes the single chip of seed N.
@Suite struct NoisyChipTests {
  private static let environment = ProcessInfo.processInfo.environment
  /// Number of shares of the chips, which run side by side.
  private static let shares = 2
  private static var seeds: Range<Int> {
    if let seed = environment["WELDTECH_NOISY_SEED"].flatMap(Int.init) { return seed..<(seed + 1) }
    return 0..<(environment["WELDTECH_NOISY_CHIPS"].flatMap(Int.init) ?? 50)
  }

  /// The state of a chip before flashing.
  private enum State: CaseIterable {
    case blank, running
    /// The earlier firmware was interrupted while it was written.
    case cutOff
  }

  private let image: Image
  private let older: Image

  init() throws {
    image = try ShippedRelease.image()
    older = try BootloaderImages.firmware(version: "0.1.0", applicationBytes: 1600)
  }

  private func bench(_ state: State, fault: String?) throws -> NoisyBench {
    let flash = FlashArray.stm32f405()
    if state != .blank {
      for (address, bytes) in older.pieces { flash.program(address, bytes) }
    }
    if state == .cutOff { flash.erase(sector: 4) }
    return NoisyBench(flash: flash, fault: fault)
  }

  private func flash(_ bench: NoisyBench) throws -> FlashResult {
    let clock = bench.clock
    return try Flasher(link: bench, now: { clock.now }).flash(.image(image), options: .init(usesLoader: false))
  }

  private func holds(_ flash: FlashArray) -> Bool {
    // A working boot block stays.
    image.pieces.filter { $0.address >= FlashMap.application }
      .allSatisfy { flash.read($0.address, count: $0.bytes.count) == $0.bytes }
  }

  @Test(arguments: 0..<shares)
  func `every chip is flashed in one run, truly, and in at most three times the clean line's time`(share: Int)
    throws
  {
    let cleanTimes = try State.allCases.map { try flash(bench($0, fault: nil)).duration }
    var all: [Double] = []
    for seed in Self.seeds where seed % Self.shares == share {
      let index = seed / Self.shares % State.allCases.count
      let bench = try bench(
        State.allCases[index], fault: "piece=\(seed):20000,clipped=\(seed + 1_000_000):10000")
      do {
        let result = try flash(bench)
        #expect(result.proofs == [.read] && result.skipped == nil, "seed \(seed): \(result)")
        #expect(holds(bench.flash), "seed \(seed): success without the image")
        let times = result.duration / cleanTimes[index]
        all.append(times)
        #expect(times <= 3, "seed \(seed): \(result.duration)")
      } catch {
        Issue.record("seed \(seed), \(State.allCases[index]): \(error)")
      }
    }
    // A repeated run has one share only.
    guard !all.isEmpty else { return }
    #expect(all.contains { $0 > 1 }, "no fault ever struck")
    if Self.environment["WELDTECH_NOISY_CHIPS"] != nil {
      let sorted = all.sorted()
      print(
        "noisy chips: \(all.count), clean \(cleanTimes), median \(sorted[sorted.count / 2]), worst \(sorted.suffix(5))"
      )
    }
  }

  @Test func `a firmware that is starting is waited for no longer than it takes`() throws {
    func duration(deafness: Duration) throws -> Duration {
      let bench = try bench(.blank, fault: nil)
      bench.deafness = deafness
      return try flash(bench).duration
    }
    let atOnce = try duration(deafness: .zero)
    for milliseconds in [100, 250, 400, 900, 2_500] {
      let time = try duration(deafness: .milliseconds(milliseconds)) - atOnce
      #expect(time <= .milliseconds(milliseconds + 160), "\(milliseconds) ms")
    }
  }
}

/// Checks the search for a bootloader that is busy, as with an erasure that a killed run began, over a port whose
/// buffer holds what is sent meanwhile.
@Suite struct BusyBootloaderTests {
  // The search sends its last bytes some 4.5 s after its first.
  @Test(arguments: [50, 300, 700, 1_500, 3_300, 3_700, 4_000, 4_400])
  func `a bootloader that answers late is taken for what it is`(milliseconds: Int) throws {
    let older = try BootloaderImages.firmware(version: "0.1.0", applicationBytes: 1600)
    let flash = FlashArray.stm32f405()
    for (address, bytes) in older.pieces { flash.program(address, bytes) }
    flash.erase(sector: 4)
    let bench = NoisyBench(flash: flash, fault: nil)
    // The bootloader has measured its speed in the earlier run.
    let deadline = bench.clock.now + .seconds(1)
    try bench.write([0x7f], deadline: deadline)
    #expect(try bench.read(upTo: 1, deadline: deadline) == [0x79])
    let link = BufferedLink(over: bench, clock: bench.clock, heldFor: .milliseconds(milliseconds))
    let result = try Flasher(link: link, now: { bench.clock.now })
      .flash(.image(try ShippedRelease.image()), options: .init(usesLoader: false))
    #expect(result.proofs == [.read])
  }
}

/// Checks the start of a flashed program over a cable that loses the chip's answers to the command of the start.
@Suite struct LostStartTests {
  private func flash(losing count: Int, of part: AnswerLosingLink.Part) throws -> FlashResult {
    let bench = NoisyBench(fault: nil)
    let link = AnswerLosingLink(over: bench, losing: count, of: part)
    return try Flasher(link: link, now: { bench.clock.now })
      .flash(.image(try ShippedRelease.image()), options: .init(usesLoader: false))
  }

  @Test(arguments: [1, 2, 5], AnswerLosingLink.Part.allCases)
  func `a start whose acknowledgement is lost is told again`(count: Int, part: AnswerLosingLink.Part) throws {
    #expect(try flash(losing: count, of: part).proofs == [.read])
  }

  @Test func `a chip that never acknowledges its start is given up`() throws {
    #expect(throws: FlashError.firmwareSilent) { _ = try flash(losing: 1_000, of: .command) }
  }
}
