internal import Cryptography
internal import ModuleCore

extension Flasher {
  /// Protects a running module's flash from reading (RDP level 1), by its ROM bootloader's own command: it needs no
  /// firmware that can do it, and the chip resets by itself. Only erasing everything reverses it. A second call finds
  /// the flash protected already.
  ///
  /// - Returns: the chip's unique id, lower-case hex.
  public func protect(onEvent: @escaping (FlashStep) -> Void = { _ in }) throws(FlashError) -> String {
    onEvent(.connecting)
    guard case .firmware(let running) = try findModule(baudRates: [LinkFraming.bootloader.baudRate]) else {
      throw .noAnswer
    }
    let id = Hex.encode(running.uniqueID)
    if notes.isProtected(chipID: id) { return id }
    onEvent(.enteringBootloader)
    try enterBootloader(baudRate: LinkFraming.bootloader.baudRate)
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
    try awaitIdentity(within: .seconds(5)) { $0.uniqueID == running.uniqueID }
    return id
  }
}
