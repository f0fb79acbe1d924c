internal import Cryptography
internal import ModuleCore

extension Flasher {
  // MARK: - Choosing the image

  func image(from source: Source, for chip: ChipModel) throws(FlashError) -> Image {
    switch source {
    case .image(let image):
      guard image.manifest.productID == chip.productID else {
        throw .wrongChip(found: chip.productID, wanted: image.manifest.productID)
      }
      // The image was checked when it was loaded, but maybe without this chip in the table.
      do throws(ImageFault) { try image.check(for: chip) } catch { throw .image(error) }
      return image
    case .newest(let catalogue):
      guard let release = catalogue.newest(for: chip) else { throw .noRelease(chip: chip.name) }
      do throws(ImageFault) { return try catalogue.image(of: release) } catch { throw .image(error) }
    }
  }

  /// An image that may replace the running firmware.
  struct Candidate {
    let image: Image
    /// The chip that the firmware reports.
    let chip: ChipModel
  }

  /// The image for the chip of a running firmware, where the image may replace that firmware. Nil for a chip
  /// that is not in the table; its bootloader names it later.
  /// - Throws: the reason why the image may not replace the firmware.
  func candidate(
    over running: ModuleIdentity, from source: Source, options: Options
  ) throws(FlashError) -> Candidate? {
    guard let chip = chips.first(where: { $0.name == running.chip }) else { return nil }
    let image = try image(from: source, for: chip)
    if let installed = ImageHeader.Version(running.firmwareVersion),
      Hex.encode(running.imageSha256) != image.manifest.appSha256,
      let refusal = refusal(of: image, over: installed, options: options)
    {
      throw refusal
    }
    return Candidate(image: image, chip: chip)
  }

  /// Checks that a paired module may be given the authority for a candidate: its chip is known, the versions of
  /// the running firmware and of the image can be read, and the image states the digest by which its start is
  /// recognised.
  /// - Throws: `noRelease`, `firmware` or `image` where the module may not.
  func authorizable(_ candidate: Candidate?, over running: ModuleIdentity) throws(FlashError) -> Candidate {
    guard let candidate else { throw .noRelease(chip: running.chip) }
    guard ImageHeader.Version(running.firmwareVersion) != nil else {
      throw .firmware(.unusableReply(.field(ModuleField.firmwareVersion.description), during: .identity))
    }
    let manifest = candidate.image.manifest
    guard manifest.versionNumber != nil else { throw .image(.manifest(field: "version")) }
    guard manifest.appSha256 != nil else { throw .image(.manifest(field: "appSha256")) }
    return candidate
  }

  /// The reason for which `image` must not replace this version; nil where it may.
  func refusal(of image: Image, over installed: ImageHeader.Version, options: Options) -> FlashError? {
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

  /// Starts what the chip holds now, and leaves the link in the firmware's framing.
  /// - Returns: the started firmware's identity; nil where it does not have to answer.
  func start(
    _ image: Image, on chip: ChipModel, through path: inout any FlashPath, awaitsFirmware: Bool,
    watch: FlashWatch
  ) throws(FlashError) -> ModuleIdentity? {
    watch.onEvent(.starting)
    do throws(FlashError) {
      try path.start(chip.startAddress)
    } catch .link(.timeout, let step) {
      // The acknowledgement may be lost although the chip has started; the firmware's reply shows it.
      guard awaitsFirmware else { throw .link(.timeout, during: step) }
    } catch {
      throw error
    }
    do throws(LinkError) { try link.setFraming(.firmware) } catch { throw .link(error, during: .starting) }
    guard awaitsFirmware else { return nil }
    return try SMPClient(link: link, now: now).awaitStart(within: .seconds(5)) {
      image.manifest.appSha256 == nil || Hex.encode($0.imageSha256) == image.manifest.appSha256
    }
  }
}
