internal import Cryptography
internal import ModuleCore

/// Puts a firmware onto a module through its chip's ROM bootloader (AN3155, or Espressif's).
///
/// It may be killed at any moment and run again: a bootloader left in the middle of a command is freed, only what was
/// proved is taken for written, the pairing record is never touched, and a boot block that works is left as it is, so
/// that the chip can be reached whatever happens.
public struct Flasher {
  public enum Source: Sendable {
    case image(Image)
    /// The newest release for the chip that is found.
    case newest(ReleaseCatalogue)

    /// Product id of the one chip that the image is for; nil for a catalogue.
    var productID: UInt16? { if case .image(let image) = self { image.manifest.productID } else { nil } }
  }

  public struct Options: Hashable, Sendable {
    /// Whether an older version may replace the module's.
    public var allowsDowngrade: Bool
    /// Whether every byte is read back, even where the firmware's report or a digest says that the image is
    /// there.
    public var readsBack: Bool
    /// Whether a flashing program is sent into the chip's RAM where there is one for the chip; false uses the
    /// ROM bootloader alone.
    public var usesLoader: Bool
    /// Whether the started firmware has to answer; false for images that are no module's firmware.
    public var awaitsFirmware: Bool
    /// Whether the chip is erased, with its firmware and its key, before the image is written; on a chip that
    /// is protected from reading, this lifts the protection.
    public var erasesKey: Bool
    /// The lines by which a chip that does not answer is brought into its bootloader; nil for none.
    public var profile: BoardProfile?
    /// Whether a paired module is left as it is, because it belongs to an installation.
    public var leavesPaired: Bool

    public init(
      allowsDowngrade: Bool = false, readsBack: Bool = false, erasesKey: Bool = false, usesLoader: Bool = true,
      awaitsFirmware: Bool = true, profile: BoardProfile? = nil, leavesPaired: Bool = false
    ) {
      self.leavesPaired = leavesPaired
      self.usesLoader = usesLoader
      self.profile = profile
      self.allowsDowngrade = allowsDowngrade
      self.erasesKey = erasesKey
      self.readsBack = readsBack
      self.awaitsFirmware = awaitsFirmware
    }
  }

  let link: any Link
  let chips: [ChipModel]
  let notes: any FlashNotes
  let knownBaudRates: any BaudRateMemory
  let authority: ModuleAuthority
  let now: () -> ContinuousClock.Instant

  /// - Parameters:
  ///   - link: the link to the module, in any framing; `flash` leaves it at `LinkFraming.firmware` where it returns.
  ///   - notes: the notes on this adapter and on chips under way; by default kept for this run only.
  ///   - authority: the authority that lets a paired module be updated; by default there is none.
  ///   - baudRates: the memory of the adapter's baud rate with the flashing program; by default `notes`.
  ///   - now: the monotonic clock for deadlines.
  public init(
    link: any Link, chips: [ChipModel] = ChipModel.known, notes: any FlashNotes = MemoryFlashNotes(),
    authority: ModuleAuthority = ModuleAuthority(), baudRates: (any BaudRateMemory)? = nil,
    now: @escaping () -> ContinuousClock.Instant
  ) {
    self.link = link
    self.authority = authority
    self.chips = chips
    self.notes = notes
    knownBaudRates = baudRates ?? NotedBaudRates(notes)
    self.now = now
  }

  // MARK: - Flashing

  /// Brings the module's firmware to `source`, or finds that it is there already.
  ///
  /// - Parameters:
  ///   - onEvent: gets each step as it begins, and again as its number of bytes grows.
  ///   - isCancelled: asked between sectors and blocks.
  public func flash(
    _ source: Source, options: Options = Options(), onEvent: @escaping (FlashStep) -> Void = { _ in },
    isCancelled: @escaping () -> Bool = { false }
  ) throws(FlashError) -> FlashResult {
    do throws(FlashError) {
      let begun = now()
      let watch = FlashWatch(onEvent: onEvent, isCancelled: isCancelled)
      onEvent(.connecting)
      if expectsEspressif(source, options), let found = try findEspressif(options, watch: watch) {
        return try flash(source, through: found, options: options, begun: begun, watch: watch)
      }
      let found = try findModule(baudRates: bootloaderBaudRates, profile: options.profile)
      guard case .bootloader(let baudRate) = found else {
        guard case .firmware(let running) = found else { throw .noAnswer }
        return try flash(source, over: running, options: options, begun: begun, watch: watch)
      }
      return try flash(source, through: baudRate, options: options, begun: begun, watch: watch)
    } catch {
      throw explained(error)
    }
  }

  /// Brings a module whose firmware runs to `source`: through that firmware where the module is paired or its chip
  /// protected, else through its bootloader.
  private func flash(
    _ source: Source, over running: ModuleIdentity, options: Options, begun: ContinuousClock.Instant,
    watch: FlashWatch
  ) throws(FlashError) -> FlashResult {
    if options.leavesPaired, let keyID = running.keyID {
      throw .paired(serialNumber: running.serialNumber, keyID: keyID)
    }
    let id = Hex.encode(running.uniqueID)
    let candidate = try candidate(over: running, from: source, options: options)
    // With `readsBack` or `erasesKey` the firmware's own report does not count, because it may be false.
    let isTrusted = !options.readsBack && !options.erasesKey
    if let image = candidate?.image, isTrusted,
      Hex.encode(running.imageSha256) == image.manifest.appSha256
    {
      try endTrial(watch)
      return FlashResult(
        chip: running.chip, chipID: id, firmwareVersion: image.manifest.version,
        firmwareSha256: image.manifest.sha256, skipped: .alreadyInstalled, proofs: [.claimed], bytesWritten: 0,
        module: running, sealLoop: sealLoopSinceVisit(of: running), duration: now() - begun)
    }
    let isProtected = notes.isProtected(chipID: id)
    if isProtected, options.readsBack, !options.erasesKey { throw .readProtected }
    let isUploaded = isTrusted && (isProtected || running.asksForAuthority)
    if isUploaded || running.asksForAuthority {
      let authorizable = try authorizable(candidate, over: running)
      if isUploaded {
        try endTrial(watch)
        return try upload(authorizable, to: running, begun: begun, watch: watch)
      }
    }
    let baudRate = bootloaderBaudRates[0]
    let aim = FlashPermission.Aim(image: candidate?.image, erasesKey: options.erasesKey)
    let given = try enterBootloader(baudRate: baudRate, from: running, for: aim, watch: watch)
    do throws(FlashError) {
      // The image that was checked against the running firmware is not loaded again.
      var result = try flash(
        candidate.map { .image($0.image) } ?? source, through: baudRate, options: options, begun: begun,
        watch: watch)
      result.authority = given
      if result.skipped == nil { result.previousVersion = running.firmwareVersion }
      if running.asksForAuthority {
        // The bootloader does not watch the loop, and an erased module has lost its count.
        let openings = result.keyErased ? nil : result.module?.sealOpenings
        let wasOpened = openings ?? running.sealOpenings != running.sealOpenings
        if given?.kind == .openSeal || wasOpened { result.sealLoop = .opened }
      }
      return result
    } catch .readProtected {
      // Under this protection only a power cycle brings the firmware back, which is then updated by upload.
      notes.remember(isProtected: true, chipID: id)
      throw .readProtected
    }
  }

  /// Confirms the running image where it is still on trial because an update was cut off before its end. The
  /// next start would revert it, and until then the module takes no other image. A firmware that does not
  /// report its images has none on trial.
  private func endTrial(_ watch: FlashWatch) throws(FlashError) {
    let client = SMPClient(link: link, now: now)
    do throws(ProvisionError) {
      guard try client.imageState().contains(where: { $0.isActive && !$0.isConfirmed }) else { return }
    } catch .rejected(_, during: _), .unusableReply(_, during: _) {
      return
    } catch {
      throw .firmware(error)
    }
    try watch.begin(.starting)
    do throws(ProvisionError) { try client.confirmImage() } catch { throw .firmware(error) }
  }

  /// Updates the module through its own firmware.
  private func upload(
    _ candidate: Candidate, to running: ModuleIdentity, begun: ContinuousClock.Instant, watch: FlashWatch
  ) throws(FlashError) -> FlashResult {
    let image = candidate.image
    let outcome = try UploadRun(link: link, now: now, watch: watch, authority: authority).update(
      running, on: candidate.chip, to: image)
    return FlashResult(
      chip: running.chip, chipID: Hex.encode(running.uniqueID), firmwareVersion: image.manifest.version,
      previousVersion: running.firmwareVersion, firmwareSha256: image.manifest.sha256, skipped: nil,
      proofs: [.claimed],
      bytesWritten: outcome.bytesUploaded, authority: outcome.authority, module: outcome.module,
      sealLoop: outcome.sealLoop, duration: now() - begun)
  }

  /// The state of a paired module's seal loop since its settings were written; nil for a module that is not
  /// paired, and where the state is not known.
  private func sealLoopSinceVisit(of module: ModuleIdentity) -> SealLoop? {
    guard module.asksForAuthority else { return nil }
    return SealLoop(
      at: [SMPClient(link: link, now: now).sealIsClosed()],
      openings: (before: module.history.sealOpeningsAtVisit, after: module.sealOpenings))
  }

  /// Flashes through the bootloader, which is in sync at this baud rate (bits a second), and at lower baud
  /// rates where the wire damages too much.
  private func flash(
    _ source: Source, through baudRate: Int, options: Options, begun: ContinuousClock.Instant, watch: FlashWatch
  ) throws(FlashError) -> FlashResult {
    var rom = ROMClient(link: link, baudRate: baudRate, now: now)
    var known: ChipModel?
    while true {
      do throws(FlashError) {
        let result = try flash(source, rom, chip: &known, options: options, begun: begun, watch: watch)
        // The run succeeded, but much was sent again.
        if rom.faults.count > 8, let lower = Self.lower(rom.baudRate) {
          notes.remember(baudRate: lower, for: .bootloader)
        }
        return result
      } catch {
        guard rom.faults.gaveUp, let lower = Self.lower(rom.baudRate), error.isOfTheWire else { throw error }
        notes.remember(baudRate: lower, for: .bootloader)
        guard let slower = try? restartBootloader(rom, known: known, baudRate: lower) else { throw error }
        watch.onEvent(.slowingDown(baudRate: lower))
        rom = slower
      }
    }
  }

  /// Flashes through the bootloader once.
  /// - Parameter known: becomes the chip as soon as it is identified.
  private func flash(
    _ source: Source, _ rom: ROMClient, chip known: inout ChipModel?, options: Options,
    begun: ContinuousClock.Instant, watch: FlashWatch
  ) throws(FlashError) -> FlashResult {
    watch.onEvent(.identifying)
    let (chip, stm32, chipID, wasProtected) = try identify(
      rom, wanted: source.productID, options: options, watch: watch)
    known = chip
    watch.onEvent(.chipFound(name: chip.name, uniqueID: chipID))
    // A bootloader that shows the flash says that it is not protected.
    notes.remember(isProtected: false, chipID: chipID)
    let image = try image(from: source, for: chip)
    let journal = notes.journal(chipID: chipID, imageSha256: image.manifest.sha256)
    let run = FlashRun(chip: chip, image: image, journal: journal, watch: watch)
    var path: any FlashPath = ROMPath(rom: rom, eraseTime: stm32.eraseTime)
    // The firmware of a module that is in its bootloader by a jumper was not asked for its version.
    let installed = try run.installedVersion(
      over: &path, where: { refusal(of: image, over: $0, options: options) != nil })
    if let installed, let refusal = refusal(of: image, over: installed, options: options) { throw refusal }
    // A chip that was protected is erased by now.
    if options.erasesKey, !wasProtected { try erase(rom, chip, stm32, journal: journal, watch: watch) }
    let plan = try run.plan(over: &path)
    path = try openPath(rom, stm32, for: plan, of: image, journal: journal, options: options, watch: watch)
    let outcome = try run.bringUpToDate(plan, over: &path, readsBack: options.readsBack)

    let module = try start(
      image, on: chip, through: &path, awaitsFirmware: options.awaitsFirmware, watch: watch)
    return FlashResult(
      chip: chip.name, chipID: chipID, firmwareVersion: image.manifest.version,
      firmwareSha256: image.manifest.sha256, skipped: outcome.isHeld ? .alreadyHeld : nil,
      proofs: outcome.proofs, bytesWritten: outcome.bytesWritten, keyErased: options.erasesKey, module: module,
      duration: now() - begun)
  }

  /// Turns an error about missing or unexpected bytes into `portTaken` where another program uses the port,
  /// because such a program causes these errors.
  private func explained(_ error: FlashError) -> FlashError {
    guard let step = error.stepOfTheWire, let port = link as? any SharedPort, let intruder = port.intruder
    else {
      return error
    }
    return .portTaken(by: intruder.name, during: step)
  }

  // MARK: - Speeds

  /// Baud rates for ST's ROM bootloader in descending order, bits a second. ST tests it up to 115,200 baud; a
  /// wire that damages bytes at this baud rate is long or unshielded.
  static let ladder = [115_200, 57_600, 38_400, 19_200, 9_600]

  private static func lower(_ baudRate: Int) -> Int? { ladder.first { $0 < baudRate } }

  /// The baud rate that this adapter held last, and the one that every adapter begins with, bits a second.
  var bootloaderBaudRates: [Int] {
    let first = Self.ladder[0]
    let known = notes.baudRate(for: .bootloader).flatMap { Self.ladder.contains($0) ? $0 : nil } ?? first
    return known == first ? [first] : [known, first]
  }
}
