internal import ModuleCore

/// Erasing, writing and reading back one image, with a bootloader that is in sync.
struct FlashRun {
  let rom: ROMClient
  let chip: ChipModel
  let image: Image
  let onEvent: (FlashStep) -> Void
  let isCancelled: () -> Bool

  /// A run of bytes for one place in flash.
  private struct Piece {
    let address: UInt32
    let bytes: [UInt8]
  }

  /// The version of the firmware in the chip, where it `matters` and the firmware is whole: one whose writing was
  /// cut off has nothing to protect. Only for a version that matters the whole of it is read, some seconds' work.
  func installedVersion(where matters: (ImageHeader.Version) -> Bool) throws(FlashError) -> ImageHeader.Version?
  {
    let start = FlashMap.application
    let place = UInt64(start)..<(UInt64(start) + UInt64(FlashMap.applicationSize))
    guard chip.sectors(of: place) != nil else { return nil }
    let bytes = try read(start &+ UInt32(ImageHeader.offset), count: ImageHeader.size)
    guard let header = try? ImageHeader(bytes), header.imageLength <= FlashMap.applicationSize,
      matters(header.version)
    else { return nil }
    var firmware: [UInt8] = []
    while firmware.count < Int(header.imageLength) {
      try checkCancelled(.identifying)
      let count = min(ROMClient.blockBytes, Int(header.imageLength) - firmware.count)
      firmware += try read(start &+ UInt32(firmware.count), count: count)
    }
    return (try? ImageHeader.check(firmware, at: start))?.version
  }

  private func read(_ address: UInt32, count: Int) throws(FlashError) -> [UInt8] {
    try during(.identifying) { () throws(ROMClient.Failure) in try rom.read(address, count: count) }
  }

  /// - Returns: bytes written.
  func bringUpToDate() throws(FlashError) -> Int {
    // The boot block can bring the ROM bootloader back by itself, so that it is left standing where it is the
    // right one, and otherwise written last.
    let all = image.manifest.segments.map { Piece(address: $0.address, bytes: image.bytes(of: $0)) }
    var pieces = all.filter { $0.address != chip.flashStart }
    for boot in all where boot.address == chip.flashStart {
      onEvent(.comparing)
      if try firstDifference(boot, step: { _ in .comparing }) != nil, try !isBootBlockProtected() {
        pieces.append(boot)
      }
    }
    try erase(pieces)
    try write(pieces)
    try verify(pieces)
    return total(pieces)
  }

  /// A boot block that is protected from writing stays: an application that it started has seen to that.
  private func isBootBlockProtected() throws(FlashError) -> Bool {
    guard let address = chip.writeProtectionAddress else { return false }
    do throws(ROMClient.Failure) {
      return try rom.read(address, count: 1).first.map { $0 & 1 == 0 } ?? false
    } catch .link(let error) {
      throw .link(error, during: .comparing)
    } catch {
      // A loader that does not show its option bytes; writing will tell.
      return false
    }
  }

  // MARK: - Steps

  private func erase(_ pieces: [Piece]) throws(FlashError) {
    var numbers = Set<Int>()
    for piece in pieces {
      let range = UInt64(piece.address)..<(UInt64(piece.address) + UInt64(piece.bytes.count))
      numbers.formUnion(chip.sectors(of: range) ?? 0..<0)
    }
    // `Image.check` refuses what would reach them; this is irreversible enough to be sure twice.
    numbers.subtract(chip.pairingSectors)
    // From the end: the sector that the chip starts from goes last.
    for (index, number) in numbers.sorted(by: >).enumerated() {
      let step = FlashStep.erasing(sector: index + 1, of: numbers.count)
      try begin(step)
      try during(step) { () throws(ROMClient.Failure) in
        try rom.erase(sector: number, bytes: chip.sectors[number].bytes)
      }
    }
  }

  private func write(_ pieces: [Piece]) throws(FlashError) {
    let total = total(pieces)
    var done = 0
    try begin(.writing(bytes: 0, of: total))
    for piece in pieces {
      for start in stride(from: 0, to: piece.bytes.count, by: ROMClient.blockBytes) {
        let block = Array(piece.bytes[start..<min(start + ROMClient.blockBytes, piece.bytes.count)])
        // An erased block is all ones already.
        if block.contains(where: { $0 != 0xff }) {
          try during(.writing(bytes: done, of: total)) { () throws(ROMClient.Failure) in
            try rom.write(piece.address &+ UInt32(start), block)
          }
        }
        done += block.count
        try begin(.writing(bytes: done, of: total))
      }
    }
  }

  private func verify(_ pieces: [Piece]) throws(FlashError) {
    let total = total(pieces)
    var done = 0
    try begin(.verifying(bytes: 0, of: total))
    for piece in pieces {
      let before = done
      if let address = try firstDifference(piece, step: { .verifying(bytes: before + $0, of: total) }) {
        throw .verification(address: address)
      }
      done += piece.bytes.count
    }
  }

  /// The address of the first byte of the chip that is not the piece's; a digest would be faster, but the ROM
  /// has none.
  private func firstDifference(_ piece: Piece, step: (Int) -> FlashStep) throws(FlashError) -> UInt32? {
    for start in stride(from: 0, to: piece.bytes.count, by: ROMClient.blockBytes) {
      let wanted = piece.bytes[start..<min(start + ROMClient.blockBytes, piece.bytes.count)]
      let address = piece.address &+ UInt32(start)
      let found = try during(step(start)) { () throws(ROMClient.Failure) in
        try rom.read(address, count: wanted.count)
      }
      if let offset = zip(wanted, found).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset {
        return address &+ UInt32(offset)
      }
      let next = step(start + wanted.count)
      if next == step(start) { try checkCancelled(next) } else { try begin(next) }
    }
    return nil
  }

  // MARK: - Between blocks

  private func begin(_ step: FlashStep) throws(FlashError) {
    try checkCancelled(step)
    onEvent(step)
  }

  private func checkCancelled(_ step: FlashStep) throws(FlashError) {
    if isCancelled() { throw .cancelled(during: step) }
  }

  private func total(_ pieces: [Piece]) -> Int { pieces.reduce(0) { $0 + $1.bytes.count } }
}
