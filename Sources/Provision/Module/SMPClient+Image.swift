import ModuleCore

// Group 1 of MCUmgr's standard groups: another image beside the one that runs
// (<https://docs.zephyrproject.org/latest/services/device_mgmt/smp_groups/smp_group_1.html>).
extension SMPClient {
  /// Sends a piece of an update's file. Sent again, or at another place than the next, nothing is written and the
  /// module says where to go on; so an upload that was cut off is found again.
  ///
  /// - Parameters:
  ///   - length: of the whole file.
  ///   - digest: SHA-256 of the whole file.
  /// - Returns: where the next piece begins; `length` where all is there.
  /// - Throws: `unusableReply` with `match` where the module has all and its digest is not right.
  func upload(
    _ piece: ArraySlice<UInt8>, at offset: Int, of length: Int, digest: [UInt8]
  ) throws(ProvisionError) -> Int {
    var fields = CBORMapWriter()
    fields.put(ModuleField.offset, unsigned: UInt64(offset))
    fields.put(ModuleField.data, bytes: Array(piece))
    if offset == 0 {
      fields.put(ModuleField.image, unsigned: 0)
      fields.put(ModuleField.length, unsigned: UInt64(length))
      fields.put(ModuleField.imageDigest, bytes: digest)
    }
    return try send(
      SMPRequest(.imageUpload, fields) { (reply) throws(ReplyFault) in
        if try reply.optional(ModuleField.match, \.boolean) == false {
          throw .field(ModuleField.match.description)
        }
        guard let next = Int(exactly: try reply.count(ModuleField.offset)), (0...length).contains(next) else {
          throw .field(ModuleField.offset.description)
        }
        return next
      })
  }

  /// The image with this hash is started at the next reset, on trial.
  func tryImage(hash: [UInt8]) throws(ProvisionError) {
    var fields = CBORMapWriter()
    fields.put(ModuleField.hash, bytes: hash)
    fields.put(ModuleField.confirm, boolean: false)
    try send(SMPRequest(.imageTest, fields))
  }

  /// The running image stays.
  func confirmImage() throws(ProvisionError) {
    var fields = CBORMapWriter()
    fields.put(ModuleField.confirm, boolean: true)
    try send(SMPRequest(.imageConfirm, fields))
  }
}
