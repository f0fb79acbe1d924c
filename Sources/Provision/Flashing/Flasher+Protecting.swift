internal import Cryptography
internal import ModuleCore
public import Records

/// The outcome of a protection.
public struct ProtectionResult: Hashable, Sendable {
  /// The chip's unique id, lower-case hex.
  public let chipID: String
  /// Whether the chip was protected already, as far as this laptop knows, so that nothing was done.
  public let wasProtected: Bool
  /// The way in which a paired module was brought to make room for its bootloader; nil where it was not asked.
  public var authority: FlashAuthority?
  /// The module as it described itself at the end.
  public let module: ModuleIdentity
}

extension Flasher {
  /// Protects a running module's flash from reading (RDP level 1) by a command of its ROM bootloader. The
  /// command needs no support by the firmware, and the chip then resets by itself. Only erasing everything
  /// lifts the protection. A second call finds the flash protected already.
  ///
  /// - Parameter isCancelled: asked while a paired module's seal is waited for.
  public func protect(
    onEvent: @escaping (FlashStep) -> Void = { _ in }, isCancelled: @escaping () -> Bool = { false }
  ) throws(FlashError) -> ProtectionResult {
    let watch = FlashWatch(onEvent: onEvent, isCancelled: isCancelled)
    onEvent(.connecting)
    let running: ModuleIdentity
    switch try findModule(baudRates: [LinkFraming.bootloader.baudRate]) {
    case .firmware(let found): running = found
    // An earlier call was cut off here. A power cycle brings the firmware back, whether the chip is protected by now or not.
    case .bootloader: throw .inBootloader
    case .nothing: throw .noAnswer
    }
    let id = Hex.encode(running.uniqueID)
    if notes.isProtected(chipID: id) {
      return ProtectionResult(chipID: id, wasProtected: true, authority: nil, module: running)
    }
    let given = try enterBootloader(
      baudRate: LinkFraming.bootloader.baudRate, from: running, for: FlashPermission.Aim(protects: true),
      watch: watch)
    onEvent(.protecting)
    let rom = ROMClient(link: link, baudRate: LinkFraming.bootloader.baudRate, now: now)
    do throws(ROMClient.Failure) {
      try rom.persist { () throws(ROMClient.Failure) in try rom.protectFromReading() }
    } catch .denied {
      // The chip is protected; only a power cycle leads out of this bootloader now.
      notes.remember(isProtected: true, chipID: id)
      throw .readProtected
    } catch {
      throw error.flashError(during: .protecting)
    }
    notes.remember(isProtected: true, chipID: id)
    onEvent(.starting)
    do throws(LinkError) { try link.setFraming(.firmware) } catch { throw .link(error, during: .starting) }
    let started = try SMPClient(link: link, now: now).awaitStart(within: .seconds(5)) {
      $0.uniqueID == running.uniqueID
    }
    return ProtectionResult(chipID: id, wasProtected: false, authority: given, module: started)
  }

  /// Erases a chip that is not protected from reading, except its boot block. The write protection of the boot
  /// block is lifted, so that a boot block that differs from the image's is written anew with the image. The
  /// firmware is erased first and the pairing last. A run that is cut off therefore leaves a boot block that
  /// brings the bootloader back for want of a firmware, and no firmware that runs with half a pairing.
  func erase(
    _ rom: ROMClient, _ chip: ChipModel, _ stm32: STM32Chip, journal: any FlashJournal, watch: FlashWatch
  ) throws(FlashError) {
    // The bytes that were acknowledged before are about to be erased.
    journal.clear()
    let others = chip.sectors.indices.filter {
      !chip.bootSectors.contains($0) && !chip.pairingSectors.contains($0)
    }
    let application = chip.application.flatMap { chip.sector(at: $0.lowerBound) }
    let sectors =
      others.filter { $0 == application } + others.filter { $0 != application } + Array(chip.pairingSectors)
    for (index, number) in sectors.enumerated() {
      let step = FlashStep.erasing(sector: index + 1, of: sectors.count)
      try watch.begin(step)
      try during(step) { () throws(ROMClient.Failure) in
        try rom.persist(thoroughly: true) { () throws(ROMClient.Failure) in
          try rom.erase(
            sector: number, within: stm32.eraseTime.longest(sectorBytes: chip.sectors[number].bytes))
        }
      }
    }
    try liftWriteProtection(rom, stm32)
  }

  /// Lifts the write protection that the erased firmware gave its boot block. This protection outlasts the
  /// erasure, and a protected boot block would count as one that works.
  func liftWriteProtection(_ rom: ROMClient, _ chip: STM32Chip) throws(FlashError) {
    guard let protection = chip.writeProtection else { return }
    let bytes = try during(.unprotecting) { () throws(ROMClient.Failure) in
      try rom.persist { () throws(ROMClient.Failure) in
        try rom.read(protection.address, count: protection.byteCount)
      }
    }
    if protection.sectors(in: bytes).isEmpty { return }
    do throws(ROMClient.Failure) {
      try rom.unprotectFromWriting()
    } catch .link(.timeout) {
      // The acknowledgement may be lost and the chip have reset; its protection is read again before anything
      // is written.
    } catch {
      throw error.flashError(during: .unprotecting)
    }
    guard try isThere(rom, during: .unprotecting) else { throw .unprotectedSilent }
  }
}
