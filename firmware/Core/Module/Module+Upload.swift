// Group 1, as MCUmgr documents it: what is installed, and another image beside it
// (<https://docs.zephyrproject.org/latest/services/device_mgmt/smp_groups/smp_group_1.html>).
extension Module {
  /// How long an image on trial has to have run before it confirms itself, in milliseconds.
  static var trialTime: UInt64 { 5_000 }

  mutating func answerImage(
    _ request: SMPMessage, _ fields: CBORItem
  ) throws(ImageRefusal) -> CBORMapWriter {
    let command = ImageCommand(rawValue: request.command)
    if request.operation == .write {
      switch command {
      case .state: try setImageState(fields)
      case .upload: return try upload(fields)
      case .erase:
        guard fields.number(ModuleField.slot) ?? 1 == 1 else { throw .invalidSlot }
        try eraseUpload()
        return CBORMapWriter()
      case nil: throw .notSupported
      }
    } else if command != .state {
      throw .notSupported
    }
    return imageState()
  }

  // MARK: - State

  private func imageState() -> CBORMapWriter {
    var images: [CBORMapWriter] = []
    if let running = board.runningImage {
      var image = Self.describe(
        running, slot: 0, UpdateContainer.hash(of: running, at: FlashMap.application, board))
      image.put(ModuleField.bootable, boolean: true)
      image.put(ModuleField.confirmed, boolean: !isOnTrial)
      image.put(ModuleField.active, boolean: true)
      images.append(image)
    }
    if let uploaded = UpdateContainer(board) {
      let isUsed = UpdateSlot.isUsed(board)
      var image = Self.describe(uploaded.image, slot: 1, uploaded.hash)
      image.put(ModuleField.bootable, boolean: !isUsed)
      image.put(ModuleField.pending, boolean: !isUsed && UpdateSlot.isSet(.pending, board))
      images.append(image)
    }
    var reply = CBORMapWriter()
    reply.put(ModuleField.images, maps: images)
    return reply
  }

  private static func describe(_ header: ImageHeader, slot: UInt64, _ hash: [UInt8]) -> CBORMapWriter {
    var image = CBORMapWriter()
    image.put(ModuleField.slot, unsigned: slot)
    image.put(ModuleField.version, text: header.version.text)
    image.put(ModuleField.hash, bytes: hash)
    return image
  }

  /// Marks the upload for the next start, or confirms the image that runs. An image that has never run is put on
  /// trial even where the client would have it confirmed at once.
  private mutating func setImageState(_ fields: CBORItem) throws(ImageRefusal) {
    let confirms = fields.isTrue(ModuleField.confirm)
    guard let hash = fields.bytes(ModuleField.hash) else {
      guard confirms else { throw .invalidHash }
      return try confirm()
    }
    guard let running = board.runningImage else { throw .invalidHash }
    if hash == UpdateContainer.hash(of: running, at: FlashMap.application, board) {
      guard confirms else { throw .activeCannotBeTested }
      return try confirm()
    }
    guard let uploaded = UpdateContainer(board), uploaded.hash == hash, !UpdateSlot.isUsed(board),
      uploaded.isIntact(board)
    else { throw .invalidHash }
    try check(uploaded.image)
    guard !UpdateSlot.isSet(.pending, board) else { return }
    guard
      board.programUpload(offset: UpdateSlot.replacedOffset, Array(running.digest[0..<4])),
      UpdateSlot.set(.pending, &board)
    else { throw .flashWriteFailed }
  }

  private mutating func confirm() throws(ImageRefusal) {
    guard isOnTrial else { return }
    guard UpdateSlot.set(.confirmed, &board) else { throw .flashWriteFailed }
    isOnTrial = false
  }

  /// An image on trial has proved itself when it has run for a while and answered somebody.
  mutating func confirmTrial(_ now: UInt64) {
    if isOnTrial, hasAnswered, now >= Self.trialTime { try? confirm() }
  }

  // MARK: - Upload

  private mutating func upload(_ fields: CBORItem) throws(ImageRefusal) -> CBORMapWriter {
    if relayIsClosed { throw .relayIsClosed }
    guard let stated = fields.number(ModuleField.offset), let data = fields.bytes(ModuleField.data)
    else { throw .invalidOffset }
    if stated == 0 { try beginUpload(fields, data) }
    guard let length = UpdateSlot.length(board) else { throw .invalidOffset }
    let progress = uploadProgress ?? UpdateSlot.progress(of: length, board)
    uploadProgress = progress
    var reply = CBORMapWriter()
    // Another place than the next is answered with the next: so a client finds its way after a cut.
    if stated == UInt64(progress), progress < length {
      guard data.count <= length &- progress else { throw .dataOverrun }
      try take(data, at: progress, of: length)
      if uploadProgress == length {
        let isWhole = UpdateContainer(board)?.isIntact(board) ?? false
        if !isWhole { forgetUpload() }
        reply.put(ModuleField.match, boolean: isWhole)
        reply.put(ModuleField.offset, unsigned: UInt64(length))
        return reply
      }
    }
    reply.put(ModuleField.offset, unsigned: UInt64(uploadProgress ?? progress))
    return reply
  }

  /// Goes on with the file that is there, if it is the same, or makes room for another.
  private mutating func beginUpload(_ fields: CBORItem, _ data: [UInt8]) throws(ImageRefusal) {
    guard let stated = fields.number(ModuleField.length) else { throw .invalidLength }
    guard fields.number(ModuleField.image) ?? 0 <= 1 else { throw .invalidSlot }
    guard data.count >= UpdateContainer.headerSize else { throw .invalidHeader }
    guard Array(data[0..<4]) == [0x3d, 0xb8, 0xf3, 0x96] else { throw .invalidMagic }
    guard stated <= UInt64(UpdateSlot.capacity) else { throw .tooLarge }
    let sha = fields.bytes(ModuleField.imageDigest) ?? []
    let isNamed = sha.count == SHA256.digestSize
    let session = UpdateSlot.session(
      length: Int(stated), sha: isNamed ? sha : [UInt8](repeating: 0xff, count: SHA256.digestSize))
    let start = FlashMap.upload &+ UInt32(truncatingIfNeeded: UpdateSlot.sessionOffset)
    if isNamed, !UpdateSlot.isUsed(board), board.readFlash(start, count: UpdateSlot.sessionSize) == session {
      return
    }
    if let running = board.runningImage, fields.isTrue(ModuleField.upgrade) {
      let offered = ImageHeader.Version(
        major: UInt16(data[20]), minor: UInt16(data[21]), patch: data.littleEndian(at: 22) ?? 0)
      guard running.version < offered else { throw .versionRefused }
    }
    try eraseUpload()
    guard board.programUpload(offset: UpdateSlot.sessionOffset, session) else { throw .flashWriteFailed }
    uploadProgress = 0
  }

  /// Writes what is whole words of `data`, all of it at the end; the client is told how far that was.
  private mutating func take(_ data: [UInt8], at progress: Int, of length: Int) throws(ImageRefusal) {
    var bytes = data
    let isLast = data.count == length &- progress
    while bytes.count & 3 != 0 {
      if isLast { bytes.append(0xff) } else { bytes.removeLast() }
    }
    guard !bytes.isEmpty else { throw .invalidLength }
    let address = FlashMap.upload &+ UInt32(truncatingIfNeeded: progress)
    guard board.programUpload(offset: progress, bytes), board.readFlash(address, count: bytes.count) == bytes
    else { throw .flashWriteFailed }
    let now = isLast ? length : progress &+ bytes.count
    if progress < UpdateContainer.headersEnd, now >= UpdateContainer.headersEnd {
      do throws(ImageRefusal) {
        guard let image = UpdateContainer.headers(board) else { throw .invalidHeader }
        try check(image)
      } catch {
        forgetUpload()
        throw error
      }
    }
    uploadProgress = now
  }

  /// Refuses an image for another chip, or one that must not follow the one that runs.
  private func check(_ image: ImageHeader) throws(ImageRefusal) {
    guard let running = board.runningImage else { return }
    guard image.chip == running.chip, image.productId == running.productId else { throw .invalidHeader }
    guard !(running.version < image.lowestReplaceableVersion) else { throw .versionRefused }
  }

  private mutating func eraseUpload() throws(ImageRefusal) {
    // It stalls the module for up to two seconds, and the relay must be able to open at any time.
    if relayIsClosed { throw .relayIsClosed }
    if UpdateSlot.isUnderWay(board) { throw .alreadyPending }
    uploadProgress = nil
    guard UpdateSlot.spoil(&board), board.eraseUpload() else { throw .flashEraseFailed }
  }

  /// What is there is of no use: the next upload begins at its beginning.
  private mutating func forgetUpload() {
    uploadProgress = nil
    _ = UpdateSlot.spoil(&board)
  }
}

// Not inlined: the microcontroller has these in one place.
extension CBORItem {
  @inline(never)
  fileprivate func number(_ key: StaticString) -> UInt64? { self[key]?.unsigned }
  @inline(never)
  fileprivate func bytes(_ key: StaticString) -> [UInt8]? { self[key]?.byteString }
  @inline(never)
  fileprivate func isTrue(_ key: StaticString) -> Bool { self[key]?.boolean ?? false }
}
