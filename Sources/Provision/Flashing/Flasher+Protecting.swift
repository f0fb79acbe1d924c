internal import Cryptography
internal import ModuleCore
public import Records

extension Flasher {
  /// Protects a running module's flash from reading (RDP level 1), by its ROM bootloader's own command: it needs no
  /// firmware that can do it, and the chip resets by itself. Only erasing everything reverses it. A second call finds
  /// the flash protected already.
  ///
  /// - Parameter isCancelled: asked while a paired module's seal is waited for.
  /// - Returns: the chip's unique id, lower-case hex, and the way in which a paired module was brought to make room for
  ///   its bootloader; nil where it was not asked.
  public func protect(
    onEvent: @escaping (FlashStep) -> Void = { _ in }, isCancelled: @escaping () -> Bool = { false }
  ) throws(FlashError) -> (chipID: String, authority: FlashAuthority?) {
    let watch = FlashWatch(onEvent: onEvent, isCancelled: isCancelled)
    onEvent(.connecting)
    guard case .firmware(let running) = try findModule(baudRates: [LinkFraming.bootloader.baudRate]) else {
      throw .noAnswer
    }
    let id = Hex.encode(running.uniqueID)
    if notes.isProtected(chipID: id) { return (id, nil) }
    let given = try enterBootloader(
      baudRate: LinkFraming.bootloader.baudRate, from: running, watch: watch)
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
    try SMPClient(link: link, now: now).awaitStart(within: .seconds(5)) { $0.uniqueID == running.uniqueID }
    return (id, given)
  }

  /// Lifts the protection from writing that the erased firmware had given its boot block, and that outlasts the erasure: a
  /// boot block that is protected counts as one that works.
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
      // The acknowledgement may be lost and the chip have reset; what it protects is looked at before anything is written.
    } catch {
      throw error.flashError(during: .unprotecting)
    }
    guard try isThere(rom, during: .unprotecting) else { throw .unprotectedSilent }
  }
}
