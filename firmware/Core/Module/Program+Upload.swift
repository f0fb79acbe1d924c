// Answers the commands of group 1, as MCUmgr documents them, for the installed image and another image beside
// it (<https://docs.zephyrproject.org/latest/services/device_mgmt/smp_groups/smp_group_1.html>).
extension Program {
  /// Time that an image on trial has to have run before it confirms itself, milliseconds.
  static var trialTime: UInt64 { 5_000 }

  mutating func answerImage(
    _ request: SMPHeader, _ fields: borrowing RequestFields, _ reply: inout MessageBuffer
  ) throws(ImageRefusal) {
    let command = ImageCommand(rawValue: request.command)
    if request.operation == .write {
      switch command {
      case .state: try setImageState(fields)
      case .upload: return try upload(fields, &reply)
      case .erase:
        guard fields.number(ModuleField.slot) ?? 1 == 1 else { throw .invalidSlot }
        if relayIsClosed { throw .relayIsClosed }
        guard allowsErasure() else { throw .accessDenied }
        return try eraseUpload()
      case nil: throw .notSupported
      }
    } else if command != .state {
      throw .notSupported
    }
    imageState(&reply)
  }

  // MARK: - State

  private func imageState(_ reply: inout MessageBuffer) {
    let uploaded = UpdateContainer(board)
    let running = board.runningImage
    reply.beginArray(ModuleField.images, count: (running == nil ? 0 : 1) &+ (uploaded == nil ? 0 : 1))
    if let running {
      let hash = UpdateContainer.hash(of: running, at: FlashMap.application, board)
      let outer = Self.begin(running, slot: 0, hash, isBootable: true, &reply)
      reply.put(ModuleField.confirmed, boolean: !isOnTrial)
      reply.put(ModuleField.active, boolean: true)
      reply.end(outer)
    }
    if let uploaded {
      let isBootable = !UpdateSlot.isUsed(board)
      let outer = Self.begin(uploaded.image, slot: 1, uploaded.hash, isBootable: isBootable, &reply)
      reply.put(ModuleField.pending, boolean: isBootable && UpdateSlot.isSet(.pending, board))
      reply.end(outer)
    }
  }

  @inline(never)
  private static func begin(
    _ header: ImageHeader, slot: UInt32, _ hash: Octets, isBootable: Bool, _ reply: inout MessageBuffer
  ) -> Int {
    let outer = reply.beginMap()
    reply.put(ModuleField.slot, count: slot)
    reply.put(ModuleField.version, text: header.version.text)
    reply.put(ModuleField.hash, bytes: hash)
    reply.put(ModuleField.bootable, boolean: isBootable)
    return outer
  }

  /// Marks the upload for the next start, or confirms the running image. An image that has never run is put on
  /// trial even where the client wants it confirmed at once.
  private mutating func setImageState(_ fields: borrowing RequestFields) throws(ImageRefusal) {
    let confirms = fields.isTrue(ModuleField.confirm)
    guard fields.hasData(ModuleField.hash) else {
      guard confirms else { throw .invalidHash }
      return try confirm()
    }
    guard let running = board.runningImage, let hash = fields.octets(ModuleField.hash, SHA256.digestSize)
    else { throw .invalidHash }
    if hash.matches(UpdateContainer.hash(of: running, at: FlashMap.application, board)) {
      guard confirms else { throw .activeCannotBeTested }
      return try confirm()
    }
    guard let uploaded = UpdateContainer(board), uploaded.hash.matches(hash), !UpdateSlot.isUsed(board),
      uploaded.isIntact(board)
    else { throw .invalidHash }
    try check(uploaded.image)
    guard !UpdateSlot.isSet(.pending, board) else { return }
    guard allowsStart(of: uploaded.image) else { throw .accessDenied }
    guard
      board.programUpload(
        offset: UpdateSlot.replacedOffset, word: running.digest.bytes.bigEndian(at: 0, size: 4).byteSwapped),
      UpdateSlot.set(.pending, &board)
    else { throw .flashWriteFailed }
  }

  private mutating func confirm() throws(ImageRefusal) {
    guard isOnTrial else { return }
    guard UpdateSlot.set(.confirmed, &board) else { throw .flashWriteFailed }
    isOnTrial = false
  }

  /// Confirms an image on trial when it has run for `trialTime` and has answered a request.
  mutating func confirmTrial(_ now: UInt64) {
    if isOnTrial, hasAnswered, now >= Self.trialTime { try? confirm() }
  }

  // MARK: - Upload

  private mutating func upload(
    _ fields: borrowing RequestFields, _ reply: inout MessageBuffer
  ) throws(ImageRefusal) {
    if relayIsClosed { throw .relayIsClosed }
    guard let stated = fields.number(ModuleField.offset), fields.hasData(ModuleField.data)
    else { throw .invalidOffset }
    let data = fields.data(ModuleField.data)
    let named =
      stated == 0 ? fields.octets(ModuleField.imageDigest, SHA256.digestSize) : UpdateSlot.statedDigest(board)
    guard allowsUpload(of: named ?? Octets()) else { throw .accessDenied }
    if stated == 0 { try beginUpload(fields, data) }
    guard let length = UpdateSlot.length(board) else { throw .invalidOffset }
    let progress = uploadProgress ?? UpdateSlot.progress(of: length, board)
    uploadProgress = progress
    // The reply to any other offset names the next one, so that a client can continue after a cut.
    if stated == UInt64(progress), progress < length {
      guard data.count <= length &- progress else { throw .dataOverrun }
      try take(data, at: progress, of: length)
      if uploadProgress == length {
        let isWhole = (UpdateContainer(board)?.isIntact(board) ?? false) && UpdateSlot.isAsStated(board)
        if !isWhole { forgetUpload() }
        reply.put(ModuleField.match, boolean: isWhole)
        reply.put(ModuleField.offset, unsigned: UInt64(length))
        return
      }
    }
    reply.put(ModuleField.offset, unsigned: UInt64(uploadProgress ?? progress))
  }

  /// Continues the upload of the same file, or erases the sector for another file.
  private mutating func beginUpload(
    _ fields: borrowing RequestFields, _ data: Span<UInt8>
  ) throws(ImageRefusal) {
    guard let stated = fields.number(ModuleField.length) else { throw .invalidLength }
    guard fields.number(ModuleField.image) ?? 0 <= 1 else { throw .invalidSlot }
    guard data.count >= UpdateContainer.headerSize else { throw .invalidHeader }
    guard data.bigEndian(at: 0, size: 4).byteSwapped == UpdateContainer.magic else { throw .invalidMagic }
    guard stated <= UInt64(UpdateSlot.capacity) else { throw .tooLarge }
    let sha = fields.octets(ModuleField.imageDigest, SHA256.digestSize)
    let session = UpdateSlot.session(
      length: Int(stated), sha: sha ?? Octets(repeating: 0xff, count: SHA256.digestSize))
    if sha != nil, !UpdateSlot.isUsed(board), UpdateSlot.storedSession(board).matches(session) { return }
    if let running = board.runningImage, fields.isTrue(ModuleField.upgrade) {
      let offered = ImageHeader.Version(
        major: UInt16(data[20]), minor: UInt16(data[21]), patch: UInt16(data[22]) | UInt16(data[23]) << 8)
      guard running.version < offered else { throw .versionRefused }
    }
    try eraseUpload()
    for offset in stride(from: 0, to: UpdateSlot.sessionSize, by: 4)
    where !board.programUpload(
      offset: UpdateSlot.sessionOffset &+ offset, word: session.bytes.bigEndian(at: offset, size: 4).byteSwapped
    ) {
      throw .flashWriteFailed
    }
    uploadProgress = 0
  }

  /// Writes the whole words of `data`, and all of its bytes at the end of the file. `uploadProgress` then tells
  /// the client how far that was.
  private mutating func take(_ data: Span<UInt8>, at progress: Int, of length: Int) throws(ImageRefusal) {
    let isLast = data.count == length &- progress
    let end = isLast ? data.count : data.count & ~3
    guard end > 0 else { throw .invalidLength }
    for offset in stride(from: 0, to: end, by: 4) {
      var word: UInt32 = 0
      for index in offset..<offset &+ 4 {
        word = word >> 8 | UInt32(index < end ? data[index] : 0xff) << 24
      }
      guard board.programUpload(offset: progress &+ offset, word: word),
        UpdateSlot.word(progress &+ offset, board) == word
      else {
        // The place may hold other bytes than this client's. A new upload erases the sector.
        forgetUpload()
        throw .flashWriteFailed
      }
    }
    let now = isLast ? length : progress &+ end
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

  /// Refuses an image for another chip, or one that must not replace the running version.
  private func check(_ image: ImageHeader) throws(ImageRefusal) {
    guard let running = board.runningImage else { return }
    guard image.chip.matches(running.chip), image.productID == running.productID else { throw .invalidHeader }
    guard !(running.version < image.lowestReplaceableVersion) else { throw .versionRefused }
  }

  private mutating func eraseUpload() throws(ImageRefusal) {
    // An erasure stalls the module for up to two seconds, and the relay must be able to open at any time.
    if relayIsClosed { throw .relayIsClosed }
    if UpdateSlot.isUnderWay(board) { throw .alreadyPending }
    uploadProgress = nil
    guard UpdateSlot.spoil(&board), board.eraseUpload() else { throw .flashEraseFailed }
  }

  /// Drops the uploaded file and its mark for the next start, but not an image that already runs on trial.
  /// False where the flash failed.
  mutating func dropUpload() -> Bool {
    let isMarked = UpdateSlot.isSet(.pending, board)
    guard isMarked || UpdateSlot.length(board) != nil, !UpdateSlot.isSet(.trial, board) else { return true }
    uploadProgress = nil
    guard UpdateSlot.spoil(&board) else { return false }
    // A mark without an image starts nothing, but would keep every other upload away until the next reset.
    return !isMarked || UpdateSlot.set(.over, &board)
  }

  /// Forgets an upload that is of no use, so that the next one begins at its beginning.
  private mutating func forgetUpload() {
    uploadProgress = nil
    _ = UpdateSlot.spoil(&board)
  }
}
