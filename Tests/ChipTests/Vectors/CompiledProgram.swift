import Bench
import Foundation
import TestSupport
import Testing

@testable import Chip

/// Functions of the shipped image, called one by one on the executed chip: a few instructions of ours in RAM
/// hand them their arguments. The symbols that `firmware/build` writes beside the image give their addresses,
/// and nothing is called unless the image equals the release byte for byte.
final class CompiledProgram {
  private static let program: UInt32 = 0x2001_0000
  private static let parameters: UInt32 = program + 0x100
  private static let object: UInt32 = program + 0x200
  private static let room: UInt32 = program + 0x300
  private static let message: UInt32 = program + 0x400
  private static let stackTop: UInt32 = 0x2001_f000

  /// Feeds bytes to a method, one by one, and calls another at the end where there is one.
  private static let feed: [UInt16] = [
    0x4f08,  // ldr   r7, =parameters
    0xf8d7, 0xa000,  // ldr   r10, [r7]        Swift's `self`
    0x687c,  // ldr   r4, [r7, #4]     the message's first byte
    0x68bd,  // ldr   r5, [r7, #8]     and its end
    0x42ac, 0xd004,  // cmp   r4, r5; beq +8
    0x7820, 0x3401,  // ldrb  r0, [r4]; adds r4, #1
    0x68fb, 0x4798,  // ldr   r3, [r7, #12]; blx r3
    0xe7f8,  // b     -16
    0x693b, 0xb10b,  // ldr   r3, [r7, #16]; cbz r3, +4
    0x6978, 0x4798,  // ldr   r0, [r7, #20]; blx r3
    0xde00, 0xbf00,  // udf   #0
    0x0100, 0x2001,  // the parameters
  ]
  /// Calls one C function with four arguments. Behind it is a function of two arguments that loads a word from
  /// the second.
  private static let call: [UInt16] = [
    0x4f03,  // ldr   r7, =parameters
    0x6838, 0x6879, 0x68ba, 0x68fb,  // ldr   r0…r3, [r7, #0…12]
    0x693c, 0x47a0,  // ldr   r4, [r7, #16]; blx r4
    0xde00,  // udf   #0
    0x0100, 0x2001,  // the parameters
    0x6808, 0x4770,  // ldr   r0, [r1]; bx lr
  ]

  private let processor: Processor
  private let symbols: [String: UInt32]

  /// - Parameter name: name of the ELF file in `.build/firmware`.
  /// - Returns: nil, with a message, where the firmware was not built here or differs from the shipped one.
  init?(_ name: String, in rig: ChipRig) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../../.build/firmware")
    let file = folder.appending(path: name).path()
    guard FileManager.default.fileExists(atPath: file) else {
      print("skipped: no \(name); firmware/check builds it")
      return nil
    }
    processor = rig.chip.processor
    // No device of the board is used, and no time passes.
    processor.bus = nil
    var symbols: [String: UInt32] = [:]
    let listing = try InstalledProgram("arm-none-eabi-nm").run(["--defined-only", file])
    try #require(listing.status == 0, "\(listing.diagnostics)")
    for line in listing.output.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 3 { symbols[String(words[2])] = UInt32(words[0], radix: 16) }
    }
    self.symbols = symbols
    guard try Self.isShipped(folder.appending(path: name), in: rig.flash) else {
      print("skipped: \(name) is not the release's; firmware/check builds it anew")
      return nil
    }
  }

  /// Whether the program is the shipped one but for its header, whose digest is filled in after linking.
  private static func isShipped(_ elf: URL, in flash: FlashArray) throws -> Bool {
    let bytes = [UInt8](try Data(contentsOf: elf.deletingPathExtension().appendingPathExtension("bin")))
    let isBoot = elf.lastPathComponent == "boot.elf"
    let start: UInt32 = isBoot ? 0x0800_0000 : 0x0801_0000
    let shipped = try #require(flash.read(start, count: bytes.count))
    return zip(bytes, shipped).enumerated().allSatisfy { index, pair in
      pair.0 == pair.1 || !isBoot && (0x200..<0x250).contains(index)
    }
  }

  // MARK: - The module's SHA-256

  /// The digest by ModuleCore's `SHA256` as it was compiled: `update(_: UInt8)` takes the message byte by byte,
  /// and `finish()` computes the digest.
  func sha256(_ message: [UInt8]) throws -> [UInt8] {
    let initial: [UInt32] = [
      0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    // The fields are the state, the block and the number of all bytes; the words behind them are room to spare.
    processor.write(Self.object, words: initial + [UInt32](repeating: 0, count: 20))
    put(message)
    let update = try function("$e8Firmware6SHA256V6updateyys5UInt8VF")
    let finish = try function("$e8Firmware6SHA256V6finish")
    processor.write(
      Self.parameters,
      words: [
        Self.object, Self.message, Self.message + UInt32(message.count), update, finish, Self.room,
      ])
    try run(Self.feed)
    return words(Self.object)
  }

  // MARK: - The boot block's

  func bootDigest(_ message: [UInt8]) throws -> [UInt8] {
    put(message)
    // `struct wt_flash` has a context, which is not used, and a function that reads a word.
    let load = Self.program + 8 + UInt32(Self.call.count - 2) * 2 | 1
    processor.write(Self.room, words: [0, load, 0, 0])
    processor.write(
      Self.parameters,
      words: [Self.room, Self.message, UInt32(message.count), Self.object, try function("wt_boot_digest")])
    try run(Self.call)
    return words(Self.object)
  }

  // MARK: -

  private func function(_ beginning: String) throws -> UInt32 {
    // The end of a Swift method's mangled name, which gives its return type, is omitted.
    let found = symbols.filter {
      $0.key == beginning || beginning.hasPrefix("$") && $0.key.hasPrefix(beginning)
    }
    let address = try #require(found.first?.value, "\(beginning) is not in the image")
    try #require(found.count == 1, "\(found.keys)")
    return address | 1
  }

  private func put(_ bytes: [UInt8]) {
    let padded = bytes + [UInt8](repeating: 0, count: 4 - bytes.count % 4)
    let words = stride(from: 0, to: padded.count, by: 4).map { at in
      (0..<4).reduce(UInt32(0)) { $0 | UInt32(padded[at + $1]) << UInt32(8 * $1) }
    }
    processor.write(Self.message, words: words)
  }

  /// Runs up to the undefined instruction at the end.
  private func run(_ code: [UInt16]) throws {
    let words = stride(from: 0, to: code.count, by: 2).map { UInt32(code[$0]) | UInt32(code[$0 + 1]) << 16 }
    processor.write(Self.program, words: [Self.stackTop, (Self.program + 8) | 1] + words)
    processor.start(at: Self.program)
    let stop = processor.run()
    let end = Self.program + 8 + UInt32(code.firstIndex(of: 0xde00) ?? 0) * 2
    try #require(
      stop == .fault && processor.programCounter == end,
      "\(stop) at \(String(processor.programCounter, radix: 16))")
  }

  /// The eight words of a digest as its 32 bytes.
  private func words(_ address: UInt32) -> [UInt8] {
    (0..<8).flatMap { index in
      let word = processor.word(address + UInt32(index * 4))
      return (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * $0)) }
    }
  }
}
