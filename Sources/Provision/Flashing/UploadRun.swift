internal import Cryptography
internal import ModuleCore

/// Updates a module through its own firmware, where its ROM bootloader may not touch the flash: the update's file is
/// uploaded beside the running image, started on trial and confirmed. The module takes it back by itself where it
/// does not start.
struct UploadRun {
  /// Bytes of a piece: a message of 1,024 bytes less its header, the map's keys, length and digest.
  private static let pieceBytes = 928

  let link: any Link
  let now: () -> ContinuousClock.Instant
  let watch: FlashWatch

  /// - Returns: number of bytes that were uploaded.
  func update(to image: Image) throws(FlashError) -> Int {
    let file: [UInt8]
    do throws(ImageFault) { file = try image.updateFile() } catch { throw .image(error) }
    let client = SMPClient(link: link, now: now)
    try upload(file, client)
    try watch.begin(.starting)
    do throws(ProvisionError) {
      let slots = try client.imageState()
      guard let hash = slots.first(where: { $0.slot == 1 })?.hash else {
        throw .unusableReply(.field(ModuleField.images.description), during: .imageState)
      }
      try client.tryImage(hash: hash)
    } catch {
      throw .firmware(error)
    }
    try reset(client, to: image)
    try awaitStart(of: image, client)
    do throws(ProvisionError) { try client.confirmImage() } catch { throw .firmware(error) }
    return file.count
  }

  private func upload(_ file: [UInt8], _ client: SMPClient) throws(FlashError) {
    let digest = SHA256Digest(of: file).bytes
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
        stalls = next > offset ? 0 : stalls + 1
        guard stalls < 5 else {
          throw .unusableReply(.field(ModuleField.offset.description), during: .imageUpload)
        }
        offset = next
      } catch {
        if case .link(let failure, _) = error {
          throw .link(failure, during: .uploading(bytes: offset, of: file.count))
        }
        throw .firmware(error)
      }
    }
    try watch.begin(.uploading(bytes: file.count, of: file.count))
  }

  /// Resets the module. A reset that was lost on the wire is asked for again, as long as the firmware of before
  /// answers.
  private func reset(_ client: SMPClient, to image: Image) throws(FlashError) {
    for _ in 0..<4 {
      do throws(ProvisionError) {
        return try client.reset()
      } catch {
        // The module may have been gone before its reply was out; its firmware tells.
        if case .link(let failure, _) = error, failure != .timeout { throw .link(failure, during: .starting) }
      }
      guard let running = try? client.awaitIdentity(by: now() + .seconds(1)),
        Hex.encode(running.imageSha256) != image.manifest.appSha256
      else { return }
    }
  }

  /// Waits for the image to start. The boot block keeps the old image, erases three sectors and copies, which takes
  /// some seconds.
  private func awaitStart(of image: Image, _ client: SMPClient) throws(FlashError) {
    let deadline = now() + .seconds(30)
    repeat {
      do throws(ProvisionError) {
        if Hex.encode(try client.awaitIdentity(by: deadline).imageSha256) == image.manifest.appSha256 { return }
        try client.pause(SMPClient.awaitingInterval)
      } catch {
        if case .link(let failure, _) = error, failure != .timeout { throw .link(failure, during: .starting) }
      }
    } while now() < deadline
    throw .firmwareSilent
  }
}
