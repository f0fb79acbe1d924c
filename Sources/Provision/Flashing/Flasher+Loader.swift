extension Flasher {
  /// Opens the fastest path into this chip from its ROM bootloader, which is in sync. A flashing program that
  /// does not answer is noted in `journal`: it may have stopped for good, and it is not tried again after the
  /// power cycle that the chip then needs.
  func openPath(
    _ rom: ROMClient, _ chip: STM32Chip, for plan: FlashPlan, of image: Image, journal: any FlashJournal,
    options: Options, watch: FlashWatch
  ) throws(FlashError) -> any FlashPath {
    guard options.usesLoader, let loader = chip.loader, !journal.loaderIsSilent, !plan.parts.isEmpty else {
      return ROMPath(rom: rom, eraseTime: chip.eraseTime)
    }
    try watch.begin(.startingLoader)
    do throws(LoaderPath.Obstacle) {
      return try LoaderPath(loader, through: rom, for: plan, baudRates: knownBaudRates)
    } catch {
      switch error {
      case .refused: return ROMPath(rom: rom, eraseTime: chip.eraseTime)
      case .link(let error): throw .link(error, during: .startingLoader)
      case .silent:
        journal.noteSilentLoader()
        return ROMPath(
          rom: try returnToBootloader(rom, for: image, profile: options.profile, watch: watch),
          eraseTime: chip.eraseTime)
      }
    }
  }

  /// Returns to the ROM bootloader from a program in RAM that does not answer. The program resets the chip on
  /// request, or when it receives nothing for three seconds, and the boot block or firmware that starts then
  /// leads to the ROM. Until then nothing is sent by which the ROM would measure a wrong baud rate.
  private func returnToBootloader(
    _ rom: ROMClient, for image: Image, profile: BoardProfile?, watch: FlashWatch
  ) throws(FlashError) -> ROMClient {
    if try isThere(
      try romClient(rom.baudRate, during: .startingLoader), during: .startingLoader, within: .milliseconds(1))
    {
      return rom
    }
    do throws(LoaderClient.Failure) {
      // The program may receive requests although its replies are lost.
      var loader = LoaderClient(link: link, baudRate: rom.baudRate, now: now)
      try loader.dismiss()
    } catch .link(let error) where error != .timeout {
      throw .link(error, during: .startingLoader)
    } catch {}
    if try isThere(
      try romClient(rom.baudRate, during: .startingLoader), during: .startingLoader, within: .seconds(6))
    {
      return rom
    }
    switch try findModule(baudRates: [rom.baudRate], profile: profile) {
    case .bootloader: return rom
    case .firmware(let running):
      _ = try enterBootloader(
        baudRate: rom.baudRate, from: running, for: FlashPermission.Aim(image: image), watch: watch)
      return rom
    case .nothing: throw .bootloaderSilent
    }
  }

  /// Tells a flashing program that an earlier run left in the chip to reset the chip. Returns whether there was
  /// one.
  /// - Parameter baudRates: baud rates at which the earlier run may have reached the ROM bootloader, bits a second.
  func dismissLoader(baudRates: [Int]) throws(FlashError) -> Bool {
    do throws(LoaderClient.Failure) {
      for baudRate in baudRates {
        // By now the program has received no frame for so long that it has returned to its first baud rate.
        var loader = LoaderClient(link: link, baudRate: baudRate, now: now)
        guard try loader.meet() else { continue }
        try loader.dismiss()
        // The boot block looks at what is in flash before it starts anything.
        try loader.pause(.milliseconds(700))
        return true
      }
      return false
    } catch .link(let error) where error != .timeout {
      throw .link(error, during: .connecting)
    } catch {
      return false
    }
  }
}

/// The noted baud rates of an adapter, in the form that a path uses to raise its baud rate.
final class NotedBaudRates: BaudRateMemory {
  private let notes: any FlashNotes
  private let partner: FlashPartner

  init(_ notes: any FlashNotes, of partner: FlashPartner = .loader) {
    (self.notes, self.partner) = (notes, partner)
  }

  var ceiling: Int? { notes.baudRate(for: partner) }
  func note(held baudRate: Int) { notes.remember(baudRate: baudRate, for: partner) }
}
