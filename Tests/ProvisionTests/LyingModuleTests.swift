import Bench
import Cryptography
import Foundation
import ModuleCore
import TestSupport
import Testing

@testable import Provision

/// A module that claims over SMP to run an image that it does not hold.
private final class LyingModule: Link {
  let bench: FaultyBench
  /// The true digest of the module's image, and the digest that the module claims.
  var lie: (truth: [UInt8], said: [UInt8])?
  private var answers: [UInt8] = []

  init(_ bench: FaultyBench) { self.bench = bench }

  func write(_ bytes: [UInt8], deadline: ContinuousClock.Instant) throws(LinkError) {
    try bench.write(bytes, deadline: deadline)
    guard let lie, let request = message(in: bytes), request.group == SMPGroup.module,
      request.command == ModuleCommand.identity.rawValue
    else { return }
    // A module that is in its bootloader sends nothing.
    guard let answer = try? bench.read(upTo: 4096, deadline: bench.clock.now) else { return }
    guard var reply = message(in: answer), let place = reply.payload.firstRange(of: lie.truth) else {
      answers += answer
      return
    }
    reply.payload.replaceSubrange(place, with: lie.said)
    answers += reply.frame
  }

  func read(upTo count: Int, deadline: ContinuousClock.Instant) throws(LinkError) -> [UInt8] {
    guard !answers.isEmpty else { return try bench.read(upTo: count, deadline: deadline) }
    defer { answers.removeFirst(min(count, answers.count)) }
    return Array(answers.prefix(count))
  }

  func discardInput() throws(LinkError) {
    answers = []
    try bench.discardInput()
  }

  func setFraming(_ framing: LinkFraming) throws(LinkError) { try bench.setFraming(framing) }
  func close() {}
}

@Suite struct LyingModuleTests {
  private let old: Image
  private let image: Image
  private let module = LyingModule(FaultyBench())

  init() throws {
    old = try BootloaderImages.firmware(version: "1.0.0")
    image = try BootloaderImages.firmware(version: "1.1.0")
    _ = try flash(old)
    module.lie = (
      Array(try #require(Hex.decode(old.manifest.appSha256 ?? ""))),
      Array(try #require(Hex.decode(image.manifest.appSha256 ?? "")))
    )
  }

  private func flash(
    _ image: Image, readsBack: Bool = false, notes: any FlashNotes = MemoryFlashNotes()
  ) throws -> FlashResult {
    let clock = module.bench.clock
    return try Flasher(link: module, notes: notes, now: { clock.now })
      .flash(.image(image), options: .init(readsBack: readsBack))
  }

  private func holds(_ image: Image) -> Bool {
    image.pieces.allSatisfy { module.bench.flash.read($0.address, count: $0.bytes.count) == $0.bytes }
  }

  @Test func `its word is passed on as its word`() throws {
    let result = try flash(image)
    #expect(result.skipped == .alreadyInstalled && result.proofs == [.claimed])
    #expect(!holds(image))
  }

  @Test func `reading back catches it, and the image is written`() throws {
    let result = try flash(image, readsBack: true)
    #expect(result.skipped == nil && result.proofs.contains(.read) && !result.proofs.contains(.claimed))
    #expect(holds(image))
  }

  @Test func `reading back an honest module reads and writes nothing`() throws {
    module.lie = nil
    let result = try flash(old, readsBack: true)
    #expect(result.skipped == .alreadyHeld && result.proofs == [.read] && result.bytesWritten == 0)
  }

  @Test func `under read protection its word is not taken for reading, on this laptop or another`() throws {
    module.bench.flash.protectFromReading()
    let notes = MemoryFlashNotes()
    // The first run finds the protection; the next knows of it.
    for _ in 0..<2 {
      #expect(throws: FlashError.readProtected) { _ = try flash(image, readsBack: true, notes: notes) }
      module.bench.cyclePower()
    }
  }
}
