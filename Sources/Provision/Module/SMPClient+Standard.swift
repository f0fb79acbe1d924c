import ModuleCore

// Groups 0 and 1, as MCUmgr defines them: <https://docs.zephyrproject.org/latest/services/device_mgmt/smp_protocol.html>.
extension SMPClient {
  /// What comes back is what was sent, or the link is not to be trusted.
  public func echo(_ text: String) throws(ProvisionError) -> String {
    var fields = CBORMapWriter()
    fields.put(ModuleField.echoRequest, string: text)
    return try send(
      SMPRequest(.echo, fields) { (reply) throws(ReplyFault) in
        try reply.required(ModuleField.echoReply, \.string)
      })
  }

  /// Where a reset leads.
  public enum BootMode: UInt8, Hashable, Sendable {
    case normal = 0
    /// The chip's ROM bootloader.
    case bootloader = 1
  }

  /// The relay opens and the module starts again. Not repeated: a module that was quick may never have answered.
  public func reset(_ mode: BootMode = .normal) throws(ProvisionError) {
    var fields = CBORMapWriter()
    if mode != .normal { fields.put(ModuleField.bootMode, unsigned: UInt64(mode.rawValue)) }
    try send(SMPRequest(.reset, fields))
  }

  /// What the module can take in one message, in bytes, and how many messages at once.
  public func parameters() throws(ProvisionError) -> (bufferBytes: Int, bufferCount: Int) {
    try send(
      SMPRequest(.parameters) { (reply) throws(ReplyFault) in
        (
          bufferBytes: try reply.required(ModuleField.bufferSize) { $0.unsigned.flatMap(Int.init(exactly:)) },
          bufferCount: try reply.required(ModuleField.bufferCount) { $0.unsigned.flatMap(Int.init(exactly:)) }
        )
      })
  }

  /// One image in the module's flash.
  public struct ImageSlot: Hashable, Sendable {
    public let slot: Int
    public let version: String
    /// Nil where the module does not say.
    public let hash: [UInt8]?
    public let isActive: Bool
    public let isConfirmed: Bool
  }

  public func imageState() throws(ProvisionError) -> [ImageSlot] {
    try send(
      SMPRequest(.imageState) { (reply) throws(ReplyFault) in
        var slots: [ImageSlot] = []
        for item in try reply.required(ModuleField.images, \.elements) {
          guard let slot = item[ModuleField.slot]?.unsigned.flatMap(Int.init(exactly:)),
            let version = item[ModuleField.version]?.string
          else { throw .field(ModuleField.images.description) }
          slots.append(
            ImageSlot(
              slot: slot, version: version, hash: item[ModuleField.hash]?.byteString,
              isActive: item[ModuleField.active]?.boolean ?? false,
              isConfirmed: item[ModuleField.confirmed]?.boolean ?? false))
        }
        return slots
      })
  }
}
