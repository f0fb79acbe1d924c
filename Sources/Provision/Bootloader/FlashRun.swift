internal import ModuleCore

/// Brings one chip's flash up to one image over a path, and nothing that need not be touched is.
struct FlashRun {
  let rom: ROMClient
  let chip: ChipModel
  let image: Image
  let journal: FlashJournal
  let watch: FlashWatch

  struct Outcome {
    /// Nothing had to be written.
    var isHeld: Bool
    var bytesWritten: Int
    var proofs: Set<FlashProof>
  }

  // MARK: - What is there

  /// The version of the firmware in the chip, where it `matters` and the firmware is whole: one whose writing was
  /// cut off has nothing to protect. Only for a version that matters the whole of it is read, some seconds' work.
  func installedVersion(where matters: (ImageHeader.Version) -> Bool) throws(FlashError) -> ImageHeader.Version?
  {
    guard let header = try installedHeader(), header.imageLength <= FlashMap.applicationSize,
      matters(header.version)
    else { return nil }
    var firmware: [UInt8] = []
    while firmware.count < Int(header.imageLength) {
      try watch.checkCancelled(.identifying)
      let count = min(ROMClient.blockBytes, Int(header.imageLength) - firmware.count)
      firmware += try read(FlashMap.application &+ UInt32(firmware.count), count: count)
    }
    return (try? ImageHeader.check(firmware, at: FlashMap.application))?.version
  }

  /// The header of a module's firmware, whole or not; nil where there is none.
  private func installedHeader() throws(FlashError) -> ImageHeader? {
    let start = UInt64(FlashMap.application)
    guard chip.sectors(of: start..<(start + UInt64(FlashMap.applicationSize))) != nil else { return nil }
    return try? ImageHeader(
      try read(FlashMap.application &+ UInt32(ImageHeader.offset), count: ImageHeader.size))
  }

  private func read(_ address: UInt32, count: Int) throws(FlashError) -> [UInt8] {
    try during(.identifying) { () throws(ROMClient.Failure) in try rom.read(address, count: count) }
  }

  // MARK: - Doing it

  /// What of the image has to be in the chip, without a boot block that is there already or is to stay.
  func plan() throws(FlashError) -> FlashPlan {
    var plan = FlashPlan(image, on: chip)
    var path: any FlashPath = ROMPath(rom: rom)
    try leaveBootBlock(of: &plan, over: &path)
    return plan
  }

  func bringUpToDate(
    _ whole: FlashPlan, over path: inout any FlashPath, readsBack: Bool
  ) throws(FlashError) -> Outcome {
    var plan = whole
    let unchanged = try path.unchanged(in: plan)
    plan.parts.removeAll { unchanged.contains($0.sector) }
    try path.write(plan, journal: journal, watch: watch)
    var proofs: Set = [try path.prove(whole, watch: watch)]
    if readsBack, !proofs.contains(.readBack) {
      try readBack(whole, over: &path)
      proofs.insert(.readBack)
    }
    journal.clear()
    return Outcome(isHeld: plan.parts.isEmpty, bytesWritten: plan.byteCount, proofs: proofs)
  }

  /// Compares byte by byte what a digest has proved already.
  private func readBack(_ plan: FlashPlan, over path: inout any FlashPath) throws(FlashError) {
    let total = plan.byteCount
    var done = 0
    for part in plan.parts {
      for start in stride(from: 0, to: part.bytes.count, by: 4096) {
        try watch.begin(.verifying(bytes: done, of: total))
        let wanted = part.bytes[start..<min(start + 4096, part.bytes.count)]
        let address = part.address &+ UInt32(start)
        let found = try path.read(address, count: wanted.count, during: .verifying(bytes: done, of: total))
        if let offset = zip(wanted, found).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset {
          throw .verification(address: address &+ UInt32(offset))
        }
        done += wanted.count
      }
    }
    try watch.begin(.verifying(bytes: total, of: total))
  }

  // MARK: - The boot block

  /// The boot block can bring the ROM bootloader back by itself, so that it is left standing where it is the right
  /// one, and otherwise written last.
  private func leaveBootBlock(of plan: inout FlashPlan, over path: inout any FlashPath) throws(FlashError) {
    guard let boot = plan.parts.first(where: { $0.address == chip.flashStart }) else { return }
    try watch.begin(.comparing)
    var isThere = true
    for start in stride(from: 0, to: boot.bytes.count, by: ROMClient.blockBytes) where isThere {
      try watch.checkCancelled(.comparing)
      let wanted = boot.bytes[start..<min(start + ROMClient.blockBytes, boot.bytes.count)]
      isThere =
        try path.read(boot.address &+ UInt32(start), count: wanted.count, during: .comparing)
        .elementsEqual(wanted)
    }
    if !isThere { isThere = try isBootBlockProtected() }
    if isThere { plan.parts.removeAll { $0 == boot } }
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
}
