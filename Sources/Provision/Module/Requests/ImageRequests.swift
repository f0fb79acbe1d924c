import ModuleCore

// The requests of MCUmgr's group 1 for a second image beside the running one
// (<https://docs.zephyrproject.org/latest/services/device_mgmt/smp_groups/smp_group_1.html>).

/// Asks which images the module's flash holds.
struct ImageStateRequest: SMPRequest {
  static let name = ModuleRequest.imageState
  static let group = SMPGroup.image
  static let command = ImageCommand.state.rawValue
  static let operation = SMPMessage.Operation.read

  func reply(_ fields: ReplyFields) throws(ReplyFault) -> [SMPClient.ImageSlot] {
    var slots: [SMPClient.ImageSlot] = []
    for item in try fields.required(ModuleField.images, \.elements) {
      guard let slot = item[ModuleField.slot]?.unsigned.flatMap(Int.init(exactly:)),
        let version = item[ModuleField.version]?.string
      else { throw .field(ModuleField.images.description) }
      slots.append(
        SMPClient.ImageSlot(
          slot: slot, version: version, hash: item[ModuleField.hash]?.byteString,
          isActive: item[ModuleField.active]?.boolean ?? false,
          isConfirmed: item[ModuleField.confirmed]?.boolean ?? false))
    }
    return slots
  }
}

/// Sends one piece of an update's file.
struct ImageUploadRequest: SMPRequest {
  let piece: ArraySlice<UInt8>
  let offset: Int
  /// Length of the whole file, bytes.
  let length: Int
  /// SHA-256 of the whole file.
  let digest: [UInt8]

  static let name = ModuleRequest.imageUpload
  static let group = SMPGroup.image
  static let command = ImageCommand.upload.rawValue
  static let operation = SMPMessage.Operation.write
  /// The first piece erases a sector of 128 KiB, which takes up to two seconds.
  static let timeout = Duration.seconds(6)

  var fields: CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put(ModuleField.offset, unsigned: UInt64(offset))
    fields.put(ModuleField.data, bytes: Array(piece))
    if offset == 0 {
      fields.put(ModuleField.image, unsigned: 0)
      fields.put(ModuleField.length, unsigned: UInt64(length))
      fields.put(ModuleField.imageDigest, bytes: digest)
    }
    return fields
  }

  /// Reads the offset at which the next piece begins.
  func reply(_ fields: ReplyFields) throws(ReplyFault) -> Int {
    if try fields.optional(ModuleField.match, \.boolean) == false {
      throw .field(ModuleField.match.description)
    }
    guard let next = Int(exactly: try fields.count(ModuleField.offset)), (0...length).contains(next) else {
      throw .field(ModuleField.offset.description)
    }
    return next
  }
}

/// Makes the module start the image with this hash at the next reset, on trial.
struct ImageTestRequest: SMPRequest {
  typealias Reply = Void

  let hash: [UInt8]

  static let name = ModuleRequest.imageTest
  static let group = SMPGroup.image
  static let command = ImageCommand.state.rawValue
  static let operation = SMPMessage.Operation.write
  /// The module checks the image by its digest before it marks it.
  static let timeout = Duration.seconds(6)

  var fields: CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put(ModuleField.hash, bytes: hash)
    fields.put(ModuleField.confirm, boolean: false)
    return fields
  }
}

/// Makes the running image permanent.
struct ImageConfirmRequest: SMPRequest {
  typealias Reply = Void

  static let name = ModuleRequest.imageConfirm
  static let group = SMPGroup.image
  static let command = ImageCommand.state.rawValue
  static let operation = SMPMessage.Operation.write

  var fields: CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put(ModuleField.confirm, boolean: true)
    return fields
  }
}
