internal import Cryptography
internal import ModuleCore

extension Flasher {
  // MARK: - Finding it

  /// Whether one of Espressif's chips is expected, because the board's profile or the image is for one. No
  /// other chip is sent Espressif's Sync, because an STM32's ROM in the middle of a command would take it for
  /// data.
  func expectsEspressif(_ source: Source, _ options: Options) -> Bool {
    if let profile = options.profile { return profile.isEspressif }
    switch source {
    case .image(let image): return isEspressif(image.manifest)
    case .newest(let catalogue): return catalogue.releases.contains { isEspressif($0.manifest) }
    }
  }

  private func isEspressif(_ manifest: ImageManifest) -> Bool {
    chips.contains { $0.espressif != nil && $0.name == manifest.chip && $0.productID == manifest.productID }
  }

  struct FoundEspressif {
    let client: ESP32Client
    /// Whether the adapter's lines reach the chip, because the profile says so or because they have reset it
    /// before.
    let hasLines: Bool
  }

  /// Gets in sync with a ROM loader of Espressif's, at whatever baud rate it was left; nil where none answers.
  func findEspressif(_ options: Options, watch: FlashWatch) throws(FlashError) -> FoundEspressif? {
    let reset = espressifReset(options)
    let isTold = options.profile != nil
    if isTold, let reset, let client = try enter(by: reset, watch: watch) {
      return FoundEspressif(client: client, hasLines: true)
    }
    // The lowest baud rate comes first, since a chip that was just reset adapts to any at its first Sync.
    let baudRates = ESP32Client.ladder.prefix(1) + ESP32Client.ladder.dropFirst().reversed()
    for baudRate in baudRates {
      if let client = try sync(at: baudRate, tries: 2, during: .connecting) {
        return FoundEspressif(client: client, hasLines: isTold && reset != nil)
      }
    }
    guard !isTold, let reset, let client = try enter(by: reset, watch: watch) else { return nil }
    return FoundEspressif(client: client, hasLines: true)
  }

  private func enter(by reset: ESP32Session.Reset, watch: FlashWatch) throws(FlashError) -> ESP32Client? {
    watch.onEvent(.enteringBootloader)
    do throws(LinkError) { try reset() } catch { throw .link(error, during: .enteringBootloader) }
    return try sync(at: ESP32Client.ladder[0], tries: 6, during: .enteringBootloader)
  }

  private func sync(at baudRate: Int, tries: Int, during step: FlashStep) throws(FlashError) -> ESP32Client? {
    let client: ESP32Client
    do throws(LinkError) { client = try ESP32Client(link: link, baudRate: baudRate, now: now) } catch {
      throw .link(error, during: step)
    }
    let answers = try Provision.during(step) { () throws(ESP32Client.Failure) in try client.sync(tries: tries) }
    return answers ? client : nil
  }

  // MARK: - The adapter's lines

  /// The function that resets the chip into its ROM loader; nil on a port without such lines, such as a pty,
  /// and where the profile says that no line is wired.
  private func espressifReset(_ options: Options) -> ESP32Session.Reset? {
    drive(options) { profile, lines, rest throws(LinkError) in try profile.enterBootloader(lines, rest: rest) }
  }

  private func drive(
    _ options: Options,
    _ work:
      @escaping (
        BoardProfile, any ModemLines, (Duration) throws(LinkError) -> Void
      ) throws(LinkError) -> Void
  ) -> ESP32Session.Reset? {
    let profile = options.profile ?? .espressif
    guard profile.isEspressif, let lines = link as? any ModemLines else { return nil }
    return { () throws(LinkError) in
      try work(profile, lines) { (time) throws(LinkError) in
        let deadline = now() + time
        do throws(LinkError) {
          while now() < deadline { _ = try link.read(upTo: 512, deadline: deadline) }
        } catch .timeout {
          return
        }
      }
    }
  }

  // MARK: - Flashing

  func flash(
    _ source: Source, through found: FoundEspressif, options: Options, begun: ContinuousClock.Instant,
    watch: FlashWatch
  ) throws(FlashError) -> FlashResult {
    watch.onEvent(.identifying)
    let session = try ESP32Session(
      found.client, chips: chips, baudRates: NotedBaudRates(notes, of: .espressif),
      reset: espressifReset(options),
      onSlower: { watch.onEvent(.slowingDown(baudRate: $0)) })
    let chip = session.identity.chip
    let chipID = Hex.encode(session.identity.mac)
    watch.onEvent(.chipFound(name: chip.name, uniqueID: chipID))
    if options.erasesKey { throw .keyNotErasable(chip: chip.name) }
    let image = try image(from: source, for: chip)
    if let index = image.manifest.segments.firstIndex(where: { $0.flashRange.upperBound > session.flashBytes })
    {
      throw .image(.segment(index: index, .outsideFlash))
    }
    // Lines that are not wired to the chip cannot start it.
    let restart = drive(options) { profile, lines, rest throws(LinkError) in
      try profile.leaveBootloader(lines, rest: rest)
    }
    var path: any FlashPath = ESP32Path(session, restart: found.hasLines ? restart : nil)
    if let installed = try installedVersion(image, over: &path),
      let refusal = refusal(of: image, over: installed, options: options)
    {
      throw refusal
    }
    watch.onEvent(.comparing)
    let journal = notes.journal(chipID: chipID, imageSha256: image.manifest.sha256)
    let outcome = try FlashRun(chip: chip, image: image, journal: journal, watch: watch)
      .bringUpToDate(FlashPlan(image, on: chip), over: &path, readsBack: options.readsBack)

    // Only an image that states its digest is a module's firmware, which answers.
    let awaitsFirmware = options.awaitsFirmware && image.manifest.appSha256 != nil
    _ = try start(image, on: chip, through: &path, awaitsFirmware: awaitsFirmware, watch: watch)
    return FlashResult(
      chip: chip.name, chipID: chipID, firmwareVersion: image.manifest.version,
      firmwareSha256: image.manifest.sha256, skipped: outcome.isHeld ? .alreadyHeld : nil,
      proofs: outcome.proofs, bytesWritten: outcome.bytesWritten, duration: now() - begun)
  }

  /// The version of the application in the chip, from ESP-IDF's description at the address of the image's
  /// application; nil where there is none.
  private func installedVersion(
    _ image: Image, over path: inout any FlashPath
  ) throws(FlashError) -> ImageHeader.Version? {
    guard let address = image.espressifApplication else { return nil }
    let front = try path.read(address, count: ESP32Description.end, during: .identifying)
    guard front.first == ESP32Image.magic, let text = ESP32Description(front)?.version else { return nil }
    return ImageHeader.Version(text.hasPrefix("v") ? String(text.dropFirst()) : text)
  }
}
