internal import Cryptography
internal import ModuleCore
internal import Records

/// Updates a module through its own firmware: the update's file is uploaded beside the running image, started
/// on trial and confirmed. The module reverts to the old image by itself where the new one does not start. A
/// paired module is given the authority first, and again where it restarted meanwhile; the upload then
/// continues where it stopped.
struct UploadRun {
  /// Bytes of a piece: a message of 1,024 bytes less its header, the map's keys, length and digest.
  private static let pieceBytes = 928

  let link: any Link
  let now: () -> ContinuousClock.Instant
  let watch: FlashWatch
  let authority: ModuleAuthority

  struct Outcome {
    let bytesUploaded: Int
    /// The way in which a paired module was brought to take the update; nil where it was not asked.
    let authority: FlashAuthority?
    /// The module as it described itself when the image had started.
    let module: ModuleIdentity
    let sealLoop: SealLoop?
  }

  /// - Parameter chip: the chip that the module says that it runs on.
  func update(
    _ running: ModuleIdentity, on chip: ChipModel, to image: Image
  ) throws(FlashError) -> Outcome {
    let file: [UInt8]
    do throws(ImageFault) { file = try image.updateFile(for: chip) } catch { throw .image(error) }
    let client = SMPClient(link: link, now: now)
    let wasClosed = client.sealIsClosed()
    let digest = SHA256Digest(of: file).bytes
    guard let version = image.manifest.versionNumber else { throw .image(.manifest(field: "version")) }
    var permission: FlashPermission?
    if running.asksForAuthority {
      permission = FlashPermission(
        authority, for: .update(sha256: digest, version: String(decoding: version.text, as: UTF8.self)),
        FlashPermission.Aim(image: image), of: running, client: client, watch: watch)
      try permission?.obtain()
    }
    try upload(file, digest, client, &permission)
    try watch.begin(.starting)
    try mark(client, &permission)
    try reset(client, to: image)
    // The boot block keeps the old image, erases three sectors and copies, which takes some seconds.
    let started = try client.awaitStart(within: .seconds(30)) {
      Hex.encode($0.imageSha256) == image.manifest.appSha256
    }
    do throws(ProvisionError) { try client.confirmImage() } catch { throw .firmware(error) }
    return Outcome(
      bytesUploaded: file.count, authority: permission?.record, module: started,
      sealLoop: SealLoop(
        at: [wasClosed, client.sealIsClosed()],
        openings: (before: running.sealOpenings, after: started.sealOpenings)))
  }

  private func upload(
    _ file: [UInt8], _ digest: [UInt8], _ client: SMPClient, _ permission: inout FlashPermission?
  ) throws(FlashError) {
    var offset = 0
    var stalls = 0
    // The upload may take ten times what the wire takes, and a hundred pieces that are lost, whatever progress is
    // claimed.
    let end = now() + .seconds(600) + .milliseconds(2 * file.count)
    while offset < file.count {
      guard now() < end else { throw .link(.timeout, during: .uploading(bytes: offset, of: file.count)) }
      try watch.begin(.uploading(bytes: offset, of: file.count))
      let piece = file[offset..<min(offset + Self.pieceBytes, file.count)]
      do throws(ProvisionError) {
        let next = try client.upload(piece, at: offset, of: file.count, digest: digest)
        permission?.noteSuccess()
        stalls = next > offset ? 0 : stalls + 1
        guard stalls < 5 else {
          throw .unusableReply(.field(ModuleField.offset.description), during: .imageUpload)
        }
        offset = next
      } catch {
        if case .link(let failure, _) = error {
          throw .link(failure, during: .uploading(bytes: offset, of: file.count))
        }
        guard permission != nil, error.isAccessDenied else { throw .firmware(error) }
        try permission?.renew()
        // A module that started anew, or dropped what it had, says where the upload goes on.
        offset = 0
      }
    }
    try watch.begin(.uploading(bytes: file.count, of: file.count))
  }

  /// Makes the module start the uploaded image at the next reset, on trial.
  private func mark(_ client: SMPClient, _ permission: inout FlashPermission?) throws(FlashError) {
    while true {
      do throws(ProvisionError) {
        let slots = try client.imageState()
        guard let hash = slots.first(where: { $0.slot == 1 })?.hash else {
          throw .unusableReply(.field(ModuleField.images.description), during: .imageState)
        }
        return try client.tryImage(hash: hash)
      } catch {
        guard permission != nil, error.isAccessDenied else { throw .firmware(error) }
        try permission?.renew()
      }
    }
  }

  /// Resets the module. The request is sent at most four times while the old firmware still answers, because it
  /// may be lost on the wire.
  private func reset(_ client: SMPClient, to image: Image) throws(FlashError) {
    for _ in 0..<4 {
      do throws(ProvisionError) {
        return try client.reset()
      } catch {
        // The module may have reset before its reply was sent; the firmware that answers shows it.
        if case .link(let failure, _) = error, failure != .timeout { throw .link(failure, during: .starting) }
      }
      guard let running = try? client.awaitIdentity(by: now() + .seconds(1)),
        Hex.encode(running.imageSha256) != image.manifest.appSha256
      else { return }
    }
  }
}
