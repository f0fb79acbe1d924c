internal import Cryptography
internal import ModuleCore

/// Puts a firmware onto a module through its chip's ROM bootloader (AN3155).
///
/// May be killed at any moment and run again: a bootloader left in the middle of a command is freed, nothing is
/// taken for written that was not read back, the pairing record is never touched, and the boot block is rewritten
/// only where it differs, after everything else.
public struct Flasher {
  public enum Source: Sendable {
    case image(Image)
    /// The newest release for the chip that is found.
    case newest(ReleaseCatalogue)
  }

  public struct Options: Hashable, Sendable {
    /// Lets an older version replace the module's.
    public var allowsDowngrade: Bool
    /// Reads every byte back, also where a digest made by the chip has proved it.
    public var readsBack: Bool
    /// Sends a flashing program into the chip's RAM where one runs on it; off for the ROM bootloader alone.
    public var usesLoader: Bool
    /// Waits for the started firmware to answer; off for images that are no module's firmware.
    public var awaitsFirmware: Bool

    public init(
      allowsDowngrade: Bool = false, readsBack: Bool = false, usesLoader: Bool = true,
      awaitsFirmware: Bool = true
    ) {
      self.allowsDowngrade = allowsDowngrade
      self.readsBack = readsBack
      self.usesLoader = usesLoader
      self.awaitsFirmware = awaitsFirmware
    }
  }

  private let link: any Link
  private let chips: [ChipModel]
  private let journal: (_ chipID: String, _ image: Image) -> any FlashJournal
  private let speeds: any LineSpeedMemory
  private let now: () -> ContinuousClock.Instant

  /// - Parameters:
  ///   - link: in any framing; left at `LinkFraming.firmware` where `flash` returns.
  ///   - journal: where the chip's acknowledgements of an image are kept; unless told for this run only.
  ///   - speeds: what is known of the adapter.
  ///   - now: the clock that deadlines are reckoned by.
  public init(
    link: any Link, chips: [ChipModel] = ChipModel.known,
    journal: @escaping (_ chipID: String, _ image: Image) -> any FlashJournal = { _, _ in MemoryFlashJournal()
    },
    speeds: any LineSpeedMemory = NoLineSpeedMemory(), now: @escaping () -> ContinuousClock.Instant
  ) {
    self.link = link
    self.chips = chips
    self.journal = journal
    self.speeds = speeds
    self.now = now
  }

  // MARK: - Flashing

  /// Brings the module's firmware to `source`, or finds that it is there already.
  ///
  /// - Parameters:
  ///   - onEvent: told each step as it begins, and counts within one as they grow.
  ///   - isCancelled: asked between sectors and blocks.
  public func flash(
    _ source: Source, options: Options = Options(), onEvent: @escaping (FlashStep) -> Void = { _ in },
    isCancelled: @escaping () -> Bool = { false }
  ) throws(FlashError) -> FlashResult {
    let begun = now()
    onEvent(.connecting)
    switch try findModuleOrLoader() {
    case .bootloader: break
    case .nothing: throw .noAnswer
    case .firmware(let running):
      // A firmware for a chip that is not in the table is left for the bootloader to name.
      if let chip = chips.first(where: { $0.name == running.chip }) {
        let image = try image(from: source, for: chip)
        if Hex.encode(running.imageSha256) == image.manifest.appSha256 {
          return FlashResult(
            chip: chip.name, chipID: Hex.encode(running.uniqueId), firmwareVersion: image.manifest.version,
            firmwareSha256: image.manifest.sha256, skipped: .alreadyInstalled, proofs: [.digest],
            bytesWritten: 0, duration: now() - begun)
        }
        if let installed = ImageHeader.Version(running.firmwareVersion),
          let refusal = refusal(of: image, over: installed, options: options)
        {
          throw refusal
        }
      }
      onEvent(.enteringBootloader)
      try enterBootloader()
    }

    let rom = ROMClient(link: link, baud: LinkFraming.bootloader.baud, now: now)
    onEvent(.identifying)
    let (chip, chipID) = try identify(rom)
    onEvent(.chipFound(name: chip.name, uniqueID: chipID))
    let image = try image(from: source, for: chip)
    let watch = FlashWatch(onEvent: onEvent, isCancelled: isCancelled)
    let run = FlashRun(rom: rom, chip: chip, image: image, journal: journal(chipID, image), watch: watch)
    // A module may be in its bootloader by a jumper, and its firmware never have been asked.
    if let installed = try run.installedVersion(where: { refusal(of: image, over: $0, options: options) != nil }
    ),
      let refusal = refusal(of: image, over: installed, options: options)
    {
      throw refusal
    }
    let plan = try run.plan()
    var path = try openPath(rom, for: plan, options: options, watch: watch)
    let outcome = try run.bringUpToDate(plan, over: &path, readsBack: options.readsBack)

    onEvent(.starting)
    try path.start(chip.flashStart)
    do throws(LinkError) { try link.setFraming(.firmware) } catch { throw .link(error, during: .starting) }
    if options.awaitsFirmware { try awaitFirmware(image) }
    return FlashResult(
      chip: chip.name, chipID: chipID, firmwareVersion: image.manifest.version,
      firmwareSha256: image.manifest.sha256, skipped: outcome.isHeld ? .alreadyHeld : nil,
      proofs: outcome.proofs, bytesWritten: outcome.bytesWritten, duration: now() - begun)
  }

  /// The fastest way into this chip, from its ROM bootloader, which is in sync.
  private func openPath(
    _ rom: ROMClient, for plan: FlashPlan, options: Options, watch: FlashWatch
  ) throws(FlashError) -> any FlashPath {
    guard options.usesLoader, !plan.parts.isEmpty else { return ROMPath(rom: rom) }
    try watch.begin(.startingLoader)
    do throws(LoaderPath.Obstacle) {
      return try LoaderPath(through: rom, for: plan, speeds: speeds)
    } catch {
      switch error {
      case .refused: return ROMPath(rom: rom)
      case .link(let error): throw .link(error, during: .startingLoader)
      case .silent: return ROMPath(rom: try returnToBootloader())
      }
    }
  }

  /// A program in RAM that nobody hears resets the chip after three seconds; what starts then leads back to the ROM.
  private func returnToBootloader() throws(FlashError) -> ROMClient {
    let deadline = now() + .seconds(10)
    repeat {
      switch try findModuleOrLoader() {
      case .bootloader: return try romClient(during: .startingLoader)
      case .firmware:
        try enterBootloader()
        return try romClient(during: .startingLoader)
      case .nothing: break
      }
    } while now() < deadline
    throw .bootloaderSilent
  }

  // MARK: - Finding the module

  private enum Found {
    case bootloader, nothing
    case firmware(ModuleIdentity)
  }

  /// The bootloader is looked for first: it measures its speed at the first byte it sees and would be deaf after
  /// one of the firmware's frames, while the firmware drops a stray 0x7F.
  private func findModule() throws(FlashError) -> Found {
    let rom = try romClient(during: .connecting)
    if try during(.connecting, { () throws(ROMClient.Failure) in try rom.probe(within: .milliseconds(150)) }) {
      return .bootloader
    }
    do throws(LinkError) { try link.setFraming(.firmware) } catch { throw .link(error, during: .connecting) }
    do throws(ProvisionError) {
      return .firmware(try SMPClient(link: link, now: now).identity())
    } catch {
      switch error {
      case .link(.timeout, _), .unusableReply: break
      case .link(let failure, _): throw .link(failure, during: .connecting)
      default: throw .firmware(error)
      }
    }
    let again = try romClient(during: .connecting)
    let isFree = try during(.connecting) { () throws(ROMClient.Failure) in try again.recover() }
    return isFree ? .bootloader : .nothing
  }

  /// As `findModule`; and a flashing program that a killed run left in the chip makes way.
  private func findModuleOrLoader() throws(FlashError) -> Found {
    let found = try findModule()
    guard case .nothing = found else { return found }
    do throws(LoaderClient.Failure) {
      // By now it has been alone for so long that it is back at the speed it began with.
      var loader = LoaderClient(link: link, baud: LinkFraming.bootloader.baud, now: now)
      guard try loader.meet() else { return found }
      _ = try loader.ask(.reset)
      // The boot block looks at what is in flash before it starts anything.
      try loader.pause(.milliseconds(700))
    } catch .link(let error) where error != .timeout {
      throw .link(error, during: .connecting)
    } catch {
      return found
    }
    return try findModule()
  }

  private func enterBootloader() throws(FlashError) {
    do throws(ProvisionError) {
      try SMPClient(link: link, now: now).reset(.bootloader)
    } catch {
      switch error {
      // The module may have been gone before its reply was out; whether it is gone the bootloader tells.
      case .link(.timeout, _), .unusableReply: break
      case .link(let failure, _): throw .link(failure, during: .enteringBootloader)
      default: throw .firmware(error)
      }
    }
    let rom = try romClient(during: .enteringBootloader)
    let deadline = now() + .seconds(5)
    repeat {
      let isThere = try during(.enteringBootloader) { () throws(ROMClient.Failure) in
        try rom.probe(within: .milliseconds(250))
      }
      if isThere { return }
    } while now() < deadline
    throw .bootloaderSilent
  }

  private func romClient(during step: FlashStep) throws(FlashError) -> ROMClient {
    do throws(LinkError) { try link.setFraming(.bootloader) } catch { throw .link(error, during: step) }
    return ROMClient(link: link, baud: LinkFraming.bootloader.baud, now: now)
  }

  /// Which chip it is, and its unique id in lower-case hex.
  private func identify(_ rom: ROMClient) throws(FlashError) -> (ChipModel, String) {
    let (productID, commands) = try during(.identifying) {
      () throws(ROMClient.Failure) -> (UInt16, [UInt8]) in
      do throws(ROMClient.Failure) {
        return (try rom.productID(), try rom.get().commands)
      } catch .link(let error) where error != .timeout {
        throw .link(error)
      } catch {
        // A late answer to the search can leave both sides half a command apart, once.
        guard try rom.recover() else { throw error }
        return (try rom.productID(), try rom.get().commands)
      }
    }
    for needed: UInt8 in [0x11, 0x21, 0x31, 0x44] where !commands.contains(needed) {
      throw .commandMissing(needed)
    }
    guard let chip = chips.first(where: { $0.productID == productID }) else {
      throw .unknownChip(productID: productID)
    }
    let uniqueID = try during(.identifying) { () throws(ROMClient.Failure) -> [UInt8] in
      try rom.read(chip.uniqueIDAddress, count: 12)
    }
    return (chip, Hex.encode(uniqueID))
  }

  // MARK: - Choosing the image

  private func image(from source: Source, for chip: ChipModel) throws(FlashError) -> Image {
    switch source {
    case .image(let image):
      guard image.manifest.productId == chip.productID else {
        throw .wrongChip(found: chip.productID, wanted: image.manifest.productId)
      }
      // It was checked when it was loaded, but maybe without this chip in the table.
      do throws(ImageFault) { try image.check(for: chip) } catch { throw .image(error) }
      return image
    case .newest(let catalogue):
      guard let release = catalogue.newest(for: chip) else { throw .noRelease(chip: chip.name) }
      do throws(ImageFault) { return try catalogue.image(of: release) } catch { throw .image(error) }
    }
  }

  /// Why `image` must not replace this version, if so.
  private func refusal(of image: Image, over installed: ImageHeader.Version, options: Options) -> FlashError? {
    let manifest = image.manifest
    guard let offered = manifest.versionNumber else { return nil }
    let text = String(decoding: installed.text, as: UTF8.self)
    if installed < manifest.lowestReplaceable, let lowest = manifest.lowestReplaceableVersion {
      return .tooOld(installed: text, lowest: lowest, offered: manifest.version)
    }
    if offered < installed, !options.allowsDowngrade {
      return .downgrade(installed: text, offered: manifest.version)
    }
    return nil
  }

  // MARK: - After

  /// The firmware hashes itself before it starts and needs a moment.
  private func awaitFirmware(_ image: Image) throws(FlashError) {
    let deadline = now() + .seconds(5)
    repeat {
      do throws(ProvisionError) {
        let identity = try SMPClient(link: link, now: now).identity()
        if image.manifest.appSha256 == nil || Hex.encode(identity.imageSha256) == image.manifest.appSha256 {
          return
        }
      } catch {
        if case .link(let failure, _) = error, failure != .timeout { throw .link(failure, during: .starting) }
      }
    } while now() < deadline
    throw .firmwareSilent
  }
}

/// Runs commands of a bootloader as a part of `step`, which its errors then name.
func during<Value>(_ step: FlashStep, _ work: () throws(ROMClient.Failure) -> Value) throws(FlashError) -> Value
{
  do throws(ROMClient.Failure) {
    return try work()
  } catch {
    switch error {
    case .link(let failure): throw .link(failure, during: step)
    case .refused: throw .refused(during: step)
    case .unexpected(let byte): throw .unexpected(byte, during: step)
    }
  }
}
