internal import Cryptography
internal import ModuleCore

/// Brings one chip's flash up to one image over a path, without touching what need not be touched.
struct FlashRun {
  let chip: ChipModel
  let image: Image
  let journal: any FlashJournal
  let watch: FlashWatch

  struct Outcome {
    /// Whether nothing had to be written.
    var isHeld: Bool
    var bytesWritten: Int
    var proofs: Set<FlashProof>
  }

  // MARK: - What is there

  /// The version of the firmware in the chip; nil where the firmware is not whole or its version does not
  /// matter (`matters`). A firmware whose writing was cut off has nothing to protect. The whole firmware is
  /// read only for a version that matters, because that takes some seconds.
  func installedVersion(
    over path: inout any FlashPath, where matters: (ImageHeader.Version) -> Bool
  ) throws(FlashError) -> ImageHeader.Version? {
    guard let place = chip.application, let stackTops = chip.stm32?.stackTops,
      let header = try installedHeader(over: &path),
      header.imageLength <= UInt32(place.count), matters(header.version)
    else { return nil }
    for _ in 0..<2 {
      var firmware: [UInt8] = []
      while firmware.count < Int(header.imageLength) {
        try watch.checkCancelled(.identifying)
        let count = min(ROMClient.blockBytes, Int(header.imageLength) - firmware.count)
        firmware += try path.read(
          place.lowerBound &+ UInt32(firmware.count), count: count, during: .identifying)
      }
      if let whole = try? ImageHeader.check(firmware, at: place.lowerBound, stackTops: stackTops) {
        return whole.version
      }
    }
    return nil
  }

  /// The header of a module's firmware, whole or not; nil where there is none.
  private func installedHeader(over path: inout any FlashPath) throws(FlashError) -> ImageHeader? {
    guard let place = chip.application else { return nil }
    // Bytes that are no header may be a header that was damaged on the wire.
    for _ in 0..<2 {
      let bytes = try path.read(
        place.lowerBound &+ UInt32(ImageHeader.offset), count: ImageHeader.size, during: .identifying)
      if let header = try? ImageHeader(bytes) { return header }
      if bytes.allSatisfy({ $0 == 0xff }) { return nil }
    }
    return nil
  }

  // MARK: - Doing it

  /// The plan for the image, without its boot block where the chip has a boot block that works. Such a boot
  /// block is never touched, even where it differs from the image's, because it brings the ROM bootloader back
  /// by itself, so that a chip whose writing was cut off can still be reached. It is recognised by its write
  /// protection, which the firmware that it has started gave it, and which a foreign program or a half-written
  /// boot block does not have. A boot block that equals the image's stays too. Where the chip has none of
  /// these, the image's is written after everything else.
  /// - Throws: `writeProtected` where a sector of the plan may not be written.
  func plan(over path: inout any FlashPath) throws(FlashError) -> FlashPlan {
    try watch.begin(.comparing)
    var plan = FlashPlan(image, on: chip)
    let protected = try writeProtectedSectors(over: &path)
    let boot = plan.bootParts
    // The option bytes are asked first, because comparing takes longer.
    var stays = boot.allSatisfy { protected.contains($0.sector) }
    if !stays { stays = try holds(boot, over: &path) }
    if stays { plan.parts.removeAll { boot.contains($0) } }
    let sectors = protected.intersection(plan.sectors)
    if !sectors.isEmpty { throw .writeProtected(sectors: sectors.sorted()) }
    return plan
  }

  func bringUpToDate(
    _ whole: FlashPlan, over path: inout any FlashPath, readsBack: Bool
  ) throws(FlashError) -> Outcome {
    var plan = whole
    let unchanged = try path.unchanged(in: plan)
    plan.parts.removeAll { unchanged.contains($0.sector) }
    let isHeld = plan.parts.isEmpty ? false : try isHeld(whole, over: &path)
    if isHeld {
      journal.clear()
      return Outcome(isHeld: true, bytesWritten: 0, proofs: [.read])
    }
    var proofs: Set = [try writeAndProve(plan, within: whole, over: &path)]
    if readsBack, !proofs.contains(.read) {
      try readBack(whole, over: &path)
      proofs.insert(.read)
    }
    journal.clear()
    return Outcome(isHeld: plan.parts.isEmpty, bytesWritten: plan.byteCount, proofs: proofs)
  }

  /// Writes the plan and proves it. Where the proof fails, the journal is cleared, and the plan is erased and
  /// written once more.
  private func writeAndProve(
    _ plan: FlashPlan, within whole: FlashPlan, over path: inout any FlashPath
  ) throws(FlashError) -> FlashProof {
    for isLast in [false, true] {
      do throws(FlashError) {
        try path.write(plan, journal: journal, watch: watch)
        return try path.prove(whole, watch: watch)
      } catch {
        switch error {
        case .verification, .refused, .writeProtected:
          // The bytes that the chip has acknowledged are not there, or nothing can follow them.
          journal.clear()
          if isLast { throw error }
          guard case .verification = error else { throw error }
        default: throw error
        }
      }
    }
    throw .verification(address: chip.startAddress)
  }

  /// Whether all of the image is in the chip although its firmware does not run, as with a jumper set. This is looked
  /// into only where the header says so and no earlier run was cut off, since it costs as much as reading the image.
  private func isHeld(_ plan: FlashPlan, over path: inout any FlashPath) throws(FlashError) -> Bool {
    guard journal.acknowledged.isEmpty, let stated = image.manifest.appSha256,
      plan.bootParts.isEmpty,
      let header = try installedHeader(over: &path), Hex.encode(header.digest) == stated
    else { return false }
    do throws(FlashError) {
      return try path.prove(plan, watch: watch) == .read
    } catch .verification {
      return false
    } catch {
      throw error
    }
  }

  /// Reads back and compares every byte, although a digest has proved the bytes already.
  private func readBack(_ plan: FlashPlan, over path: inout any FlashPath) throws(FlashError) {
    let total = plan.byteCount
    var done = 0
    for part in plan.parts {
      for start in stride(from: 0, to: part.bytes.count, by: 4096) {
        try watch.begin(.verifying(bytes: done, of: total))
        let wanted = part.bytes[start..<min(start + 4096, part.bytes.count)]
        let address = part.address &+ UInt32(start)
        let offset = try path.difference(from: wanted, at: address, during: .verifying(bytes: done, of: total))
        if let offset { throw .verification(address: address &+ UInt32(offset)) }
        done += wanted.count
      }
    }
    try watch.begin(.verifying(bytes: total, of: total))
  }

  private func holds(_ boot: [FlashPlan.Part], over path: inout any FlashPath) throws(FlashError) -> Bool {
    for part in boot {
      for start in stride(from: 0, to: part.bytes.count, by: ROMClient.blockBytes) {
        try watch.checkCancelled(.comparing)
        let wanted = part.bytes[start..<min(start + ROMClient.blockBytes, part.bytes.count)]
        let address = part.address &+ UInt32(start)
        guard try path.difference(from: wanted, at: address, during: .comparing) == nil else { return false }
      }
    }
    return true
  }

  /// The sectors that the option bytes protect from writing; none where the chip does not show them.
  private func writeProtectedSectors(over path: inout any FlashPath) throws(FlashError) -> Set<Int> {
    guard let protection = chip.stm32?.writeProtection else { return [] }
    let count = protection.byteCount
    do throws(FlashError) {
      // Damaged bits would stop the work, or let a working boot block be overwritten. The bytes are therefore
      // read until two readings agree.
      var bytes = try path.read(protection.address, count: count, during: .comparing)
      for _ in 0..<4 where bytes.contains(where: { $0 != 0xff }) {
        let again = try path.read(protection.address, count: count, during: .comparing)
        if again == bytes { break }
        bytes = again
      }
      return protection.sectors(in: bytes)
    } catch .refused {
      // This loader does not show its option bytes; writing will tell.
      return []
    } catch {
      throw error
    }
  }
}
