import Testing

@testable import ModuleCore

/// An update as a laptop has it: a file to be uploaded, which differs from others by its version or its filling.
struct UpdateFile {
  let bytes: [UInt8]
  let version: String

  init(version: (UInt8, UInt8, UInt8) = (1, 2, 4), filling: UInt8 = 0x11) {
    var image = ImageHeaderTests.image(version: (UInt16(version.0), UInt16(version.1), UInt16(version.2)))
    image[900] = filling
    image.replaceSubrange(0x230..<0x250, with: [UInt8](repeating: 0, count: 32))
    image.replaceSubrange(0x230..<0x250, with: SHA256.digest(image))
    bytes = ImageHeaderTests.container(of: image, version: [version.0, version.1, version.2, 0])
    self.version = "\(version.0).\(version.1).\(version.2)"
  }

  /// The SHA-256 of the file.
  var digest: [UInt8] { SHA256.digest(bytes) }
  /// The container's hash, by which an upload is marked for the next start.
  var hash: [UInt8] { Array(bytes.suffix(32)) }
}

/// A laptop's side of updates and authorities.
extension ModuleDialogue {
  /// MCUmgr's common code of a refusal for want of an authority.
  static let accessDenied: UInt64 = 11

  /// The code of a refusal in groups 0 and 1; nil where the reply is no refusal.
  static func refusal(_ reply: CBORItem) -> UInt64? {
    reply["rc"]?.unsigned ?? reply["err"]?["rc"]?.unsigned
  }

  // MARK: - Authorities

  static func updateFields(_ file: UpdateFile, version: String? = nil, proof: [UInt8]) -> CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put("for", unsigned: 1)
    fields.put("sha", bytes: file.digest)
    fields.put("ver", string: version ?? file.version)
    fields.put("proof", bytes: proof)
    return fields
  }

  static func bootloaderFields(proof: [UInt8]) -> CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put("for", unsigned: 2)
    fields.put("proof", bytes: proof)
    return fields
  }

  /// Gets the authority for an update, by a proof for the given challenge, or for one that is requested now.
  mutating func authorize(
    _ file: UpdateFile, version: String? = nil, key: [UInt8] = key, challenge given: [UInt8]? = nil
  ) throws {
    let challenge = try given ?? challenge().bytes
    let proof = Authenticator.update(
      key: key, challenge: challenge, uniqueID: module.board.uniqueID, digest: file.digest,
      version: version ?? file.version)
    let reply = try send(.authorize, Self.updateFields(file, version: version, proof: proof))
    #expect(reply["kid"]?.byteString == Authenticator.keyID(of: key))
  }

  /// Gets the authority for one entry into the ROM bootloader.
  mutating func authorizeBootloader(key: [UInt8] = key, challenge given: [UInt8]? = nil) throws {
    let challenge = try given ?? challenge().bytes
    let proof = Authenticator.bootloader(key: key, challenge: challenge, uniqueID: module.board.uniqueID)
    let reply = try send(.authorize, Self.bootloaderFields(proof: proof))
    #expect(reply["kid"]?.byteString == Authenticator.keyID(of: key))
  }

  /// The counts of authorities: for updates by proof and by service, for the bootloader by proof and by service.
  mutating func authorityCounts() throws -> [UInt64?] {
    let identity = try send(.identity)
    return ["upd", "usvc", "rom", "rsvc"].map { (key: StaticString) in identity[key]?.unsigned }
  }

  // MARK: - Standard groups

  /// Sends one piece of a file.
  mutating func sendPiece(
    _ bytes: [UInt8], at offset: Int, count: Int = 400, digest: [UInt8]? = nil
  ) throws -> CBORItem {
    var fields = CBORMapWriter()
    fields.put("off", unsigned: UInt64(offset))
    fields.put("data", bytes: Array(bytes[offset..<min(offset + count, bytes.count)]))
    if offset == 0 {
      fields.put("len", unsigned: UInt64(bytes.count))
      if let digest { fields.put("sha", bytes: digest) }
    }
    return try send(.write, group: SMPGroup.image, command: ImageCommand.upload.rawValue, fields)
  }

  /// Uploads bytes to their end under a digest; each piece begins at the offset that the module names.
  /// - Returns: the last reply, or the first that is a refusal.
  mutating func upload(_ bytes: [UInt8], digest: [UInt8]?) throws -> CBORItem {
    var offset = 0
    while true {
      let reply = try sendPiece(bytes, at: offset, digest: digest)
      guard Self.refusal(reply) == nil, let next = reply["off"]?.unsigned, reply["match"] == nil,
        next < UInt64(bytes.count)
      else { return reply }
      offset = Int(next)
    }
  }

  /// Uploads a file, which the module has to find whole.
  mutating func upload(_ file: UpdateFile) throws {
    let reply = try upload(file.bytes, digest: file.digest)
    #expect(reply["match"]?.boolean == true)
  }

  /// Marks an upload for the next start.
  mutating func mark(_ file: UpdateFile) throws -> CBORItem {
    var fields = CBORMapWriter()
    fields.put("hash", bytes: file.hash)
    return try send(.write, group: SMPGroup.image, command: ImageCommand.state.rawValue, fields)
  }

  mutating func erase() throws -> CBORItem {
    try send(.write, group: SMPGroup.image, command: ImageCommand.erase.rawValue)
  }

  /// Asks for a reset into the ROM bootloader.
  mutating func enterBootloader() throws -> CBORItem {
    var fields = CBORMapWriter()
    fields.put("boot_mode", unsigned: 1)
    return try send(
      .write, group: SMPGroup.operatingSystem, command: OperatingSystemCommand.reset.rawValue, fields)
  }

  /// The slots that the module names.
  mutating func images() throws -> [CBORItem] {
    let state = try send(.read, group: SMPGroup.image, command: ImageCommand.state.rawValue)
    return try #require(state["images"]?.elements)
  }

  /// Opens the case and waits until that counts as service.
  mutating func openForService() {
    module.board.sealIsClosed = false
    pass(10_100)
  }

  /// Switches the module off and on.
  mutating func cyclePower() { self = ModuleDialogue(module.board.poweredUpAgain()) }
}
