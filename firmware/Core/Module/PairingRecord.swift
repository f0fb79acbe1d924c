/// What the module must not forget; in flash, numbers little-endian:
///
///     +0    magic "WTPR"                    +60   installation of the committed key, 36 bytes
///     +4    format u16 = 1                  +96   pending key, 32 bytes
///     +6    flags u16: 1 pending,           +128  installation of the pending key, 36 bytes
///           2 committed, 4 configured,      +164  label code, 15 bytes
///           8 seal closed, 16 old key id    +179  length u8 and platform address, 128 bytes
///     +8    sequence u32                    +308  length u8 and access point, 63 bytes
///     +12   boots u32                       +372  trust anchor, 32 bytes
///     +16   seal openings u32               +404  counts, see below
///     +20   counter u64                     +508  CRC-32 over the 508 bytes before it
///     +28   committed key, 32 bytes         +512  the end
///
///     +404  replacements by service u32     +420  resets by the watchdog u32
///     +408  replacements with proof u32     +424  id of the key before the last replacement, 8 bytes
///     +412  boots at the last visit u32     +432  zeros
///     +416  openings at the last visit u32
struct PairingRecord {
  struct Pairing {
    /// 32 bytes.
    var key: [UInt8]
    /// The installation's id, 36 ASCII characters.
    var installation: [UInt8]

    static var installationSize: Int { 36 }
  }

  static var size: Int { 512 }

  /// Rises by one with each record; the highest is the one that counts.
  var sequence: UInt32 = 0
  var boots: UInt32 = 0
  var sealOpenings: UInt32 = 0
  /// Replacements of the committed key: without the old one and with it.
  var serviceReplacements: UInt32 = 0
  var provenReplacements: UInt32 = 0
  /// `boots` and `sealOpenings` when a configuration was last taken.
  var visitBoots: UInt32 = 0
  var visitSealOpenings: UInt32 = 0
  var watchdogResets: UInt32 = 0
  /// The id of the key before the last replacement, 8 bytes.
  var oldKeyId: [UInt8]?
  /// Whether the seal was closed when last looked at.
  var sealIsClosed = false
  /// No start below this is accepted after a reset.
  var counter: UInt64 = 1
  var committed: Pairing?
  var pending: Pairing?
  var configuration: ModuleConfiguration?

  init() {}

  /// Reads a record, or nil where the bytes are none.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.size, Self.hasMagic(bytes),
      bytes.littleEndian(UInt16.self, at: 4) == 1,
      let stated = bytes.littleEndian(UInt32.self, at: 508),
      CRC32.checksum(Array(bytes[0..<508])) == stated,
      let flags = bytes.littleEndian(UInt16.self, at: 6),
      let sequence = bytes.littleEndian(UInt32.self, at: 8),
      let boots = bytes.littleEndian(UInt32.self, at: 12),
      let sealOpenings = bytes.littleEndian(UInt32.self, at: 16),
      let counter = bytes.littleEndian(UInt64.self, at: 20),
      let serviceReplacements = bytes.littleEndian(UInt32.self, at: 404),
      let provenReplacements = bytes.littleEndian(UInt32.self, at: 408),
      let visitBoots = bytes.littleEndian(UInt32.self, at: 412),
      let visitSealOpenings = bytes.littleEndian(UInt32.self, at: 416),
      let watchdogResets = bytes.littleEndian(UInt32.self, at: 420)
    else { return nil }
    self.sequence = sequence
    self.boots = boots
    self.sealOpenings = sealOpenings
    self.counter = counter
    self.serviceReplacements = serviceReplacements
    self.provenReplacements = provenReplacements
    self.visitBoots = visitBoots
    self.visitSealOpenings = visitSealOpenings
    self.watchdogResets = watchdogResets
    if flags & 16 != 0 { oldKeyId = Array(bytes[424..<432]) }
    sealIsClosed = flags & 8 != 0
    if flags & 2 != 0 {
      committed = Pairing(key: Array(bytes[28..<60]), installation: Array(bytes[60..<96]))
    }
    if flags & 1 != 0 {
      pending = Pairing(key: Array(bytes[96..<128]), installation: Array(bytes[128..<164]))
    }
    if flags & 4 != 0 {
      guard let address = bytes.slice(180, Int(bytes[179])), address.count <= 128,
        let accessPoint = bytes.slice(309, Int(bytes[308])), accessPoint.count <= 63
      else { return nil }
      configuration = ModuleConfiguration(
        labelCode: Array(bytes[164..<179]), platformAddress: address, accessPoint: accessPoint,
        trustAnchor: Array(bytes[372..<404]))
    }
  }

  /// The 512 bytes. Every part was measured when it was accepted.
  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.size)
    bytes.append(contentsOf: [0x57, 0x54, 0x50, 0x52])
    bytes.append(littleEndian: 1 as UInt16)
    var flags: UInt16 = 0
    if pending != nil { flags |= 1 }
    if committed != nil { flags |= 2 }
    if configuration != nil { flags |= 4 }
    if sealIsClosed { flags |= 8 }
    if oldKeyId != nil { flags |= 16 }
    bytes.append(littleEndian: flags)
    bytes.append(littleEndian: sequence)
    bytes.append(littleEndian: boots)
    bytes.append(littleEndian: sealOpenings)
    bytes.append(littleEndian: counter)
    for pairing in [committed, pending] {
      bytes.append(pairing?.key ?? [], filledTo: Authenticator.keySize)
      bytes.append(pairing?.installation ?? [], filledTo: Pairing.installationSize)
    }
    bytes.append(configuration?.labelCode ?? [], filledTo: 15)
    let address = configuration?.platformAddress ?? []
    bytes.append(UInt8(truncatingIfNeeded: address.count))
    bytes.append(address, filledTo: 128)
    let accessPoint = configuration?.accessPoint ?? []
    bytes.append(UInt8(truncatingIfNeeded: accessPoint.count))
    bytes.append(accessPoint, filledTo: 63)
    bytes.append(configuration?.trustAnchor ?? [], filledTo: 32)
    for count in [serviceReplacements, provenReplacements, visitBoots, visitSealOpenings, watchdogResets] {
      bytes.append(littleEndian: count)
    }
    bytes.append(oldKeyId ?? [], filledTo: Authenticator.keyIdSize)
    bytes.append([], filledTo: Self.size &- 4 &- bytes.count)
    bytes.append(littleEndian: CRC32.checksum(bytes))
    return bytes
  }

  static func hasMagic(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 4 && bytes[0] == 0x57 && bytes[1] == 0x54 && bytes[2] == 0x50 && bytes[3] == 0x52
  }
}

extension [UInt8] {
  /// Appends `field` with zeros behind it, or its beginning where it is longer.
  fileprivate mutating func append(_ field: [UInt8], filledTo size: Int) {
    for index in 0..<Swift.max(size, 0) { append(index < field.count ? field[index] : 0) }
  }
}
