/// The facts that the module must not forget, as they are in flash; numbers are little-endian:
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
///     +412  boots at the last visit u32     +432  authorities for updates: with proof u32, by service u32
///     +416  openings at the last visit u32  +440  and for the ROM bootloader: with proof u32, by service u32
///                                           +448  zeros
///
/// The record is held as these bytes in memory too, so that what is written is what is known.
struct PairingRecord {
  static var size: Int { 512 }
  /// Bytes in an installation's id.
  static var installationSize: Int { 36 }
  static var magic: UInt32 { 0x5250_5457 }
  static var sequenceOffset: Int { 8 }
  static var checksumOffset: Int { 508 }

  /// Offsets of the fields of a fixed size.
  enum Field {
    case committedKey, committedInstallation, pendingKey, pendingInstallation, oldKeyID

    var place: (offset: Int, count: Int) {
      switch self {
      case .committedKey: (28, 32)
      case .committedInstallation: (60, 36)
      case .pendingKey: (96, 32)
      case .pendingInstallation: (128, 36)
      case .oldKeyID: (424, 8)
      }
    }
  }

  /// The parts of the configuration.
  enum Setting {
    case labelCode, platformAddress, accessPoint, trustAnchor
  }

  /// The counts, by their offsets.
  enum Count: Int {
    /// The sequence number, which rises by one with each record; the record with the highest counts.
    case sequence = 8
    case boots = 12
    case sealOpenings = 16
    /// Number of replacements of the committed key that the open case allowed, without the old key.
    case serviceReplacements = 404
    /// Number of replacements of the committed key with a proof by the old key.
    case provenReplacements = 408
    /// The value of `boots` when a configuration was last taken.
    case visitBoots = 412
    /// The value of `sealOpenings` when a configuration was last taken.
    case visitSealOpenings = 416
    case watchdogResets = 420
    /// Number of authorities for updates that were given for a proof.
    case provenUpdates = 432
    /// Number of authorities for updates that were given for an open seal.
    case serviceUpdates = 436
    /// Number of authorities for entering the ROM bootloader that were given for a proof.
    case provenEntries = 440
    /// Number of authorities for entering the ROM bootloader that were given for an open seal.
    case serviceEntries = 444
  }

  private enum Flag {
    static var pending: UInt8 { 1 }
    static var committed: UInt8 { 2 }
    static var configured: UInt8 { 4 }
    static var sealClosed: UInt8 { 8 }
    static var oldKeyID: UInt8 { 16 }
  }

  private var storage = InlineArray<512, UInt8>(repeating: 0)

  init() {
    put(Self.magic, at: 0)
    put(1, at: 4)
    counter = 1
  }

  // MARK: - Words, as they stand in flash

  @inline(never)
  func word(at offset: Int) -> UInt32 { storage.span.bigEndian(at: offset, size: 4).byteSwapped }

  @inline(never)
  mutating func put(_ word: UInt32, at offset: Int) {
    for index in 0..<4 { storage[offset &+ index] = UInt8(truncatingIfNeeded: word >> UInt32(8 &* index)) }
  }

  /// Fills the CRC in.
  mutating func seal() {
    var crc = CRC32()
    for index in 0..<Self.checksumOffset { crc.update(storage[index]) }
    put(crc.value, at: Self.checksumOffset)
  }

  // MARK: - Counts and flags

  subscript(count: Count) -> UInt32 {
    get { word(at: count.rawValue) }
    set { put(newValue, at: count.rawValue) }
  }

  var sequence: UInt32 { self[.sequence] }

  /// The counter below which no start is accepted after a reset.
  var counter: UInt64 {
    get { UInt64(word(at: 24)) << 32 | UInt64(word(at: 20)) }
    set {
      put(UInt32(truncatingIfNeeded: newValue), at: 20)
      put(UInt32(truncatingIfNeeded: newValue >> 32), at: 24)
    }
  }

  /// Whether the seal was closed when it was last checked.
  var sealIsClosed: Bool {
    get { has(Flag.sealClosed) }
    set { set(Flag.sealClosed, newValue) }
  }

  var hasPending: Bool { has(Flag.pending) }
  var hasCommitted: Bool { has(Flag.committed) }
  var isConfigured: Bool { has(Flag.configured) }
  var hasOldKeyID: Bool { has(Flag.oldKeyID) }

  private func has(_ flag: UInt8) -> Bool { storage[6] & flag != 0 }

  private mutating func set(_ flag: UInt8, _ isSet: Bool) {
    storage[6] = isSet ? storage[6] | flag : storage[6] & ~flag
  }

  // MARK: - Keys

  @inline(never)
  subscript(field: Field) -> Octets {
    let (offset, count) = field.place
    return Octets(storage.span.extracting(offset..<offset &+ count))
  }

  @inline(never)
  private mutating func set(_ field: Field, to octets: Octets) {
    let (offset, count) = field.place
    for index in 0..<count { storage[offset &+ index] = index < octets.count ? octets[index] : 0 }
  }

  var pendingKey: Octets? { hasPending ? self[.pendingKey] : nil }
  var committedKey: Octets? { hasCommitted ? self[.committedKey] : nil }

  mutating func setPending(key: Octets, installation: Octets) {
    set(Flag.pending, true)
    set(.pendingKey, to: key)
    set(.pendingInstallation, to: installation)
  }

  mutating func forgetPending() {
    set(Flag.pending, false)
    set(.pendingKey, to: Octets())
    set(.pendingInstallation, to: Octets())
  }

  /// Makes the pending key the committed one, and deletes the configuration of the earlier committed key.
  mutating func commitPending() {
    set(Flag.committed, true)
    set(.committedKey, to: self[.pendingKey])
    set(.committedInstallation, to: self[.pendingInstallation])
    forgetPending()
    set(Flag.configured, false)
    for offset in 164..<404 { storage[offset] = 0 }
  }

  mutating func setOldKeyID(_ keyID: Octets) {
    set(Flag.oldKeyID, true)
    set(.oldKeyID, to: keyID)
  }

  // MARK: - Configuration

  /// A part of the configuration, empty where none was written.
  subscript(setting: Setting) -> Span<UInt8> {
    @_lifetime(borrow self)
    get {
      let range =
        switch setting {
        case .labelCode: 164..<179
        case .platformAddress: 180..<180 &+ min(Int(storage[179]), 128)
        case .accessPoint: 309..<309 &+ min(Int(storage[308]), 63)
        case .trustAnchor: 372..<404
        }
      return storage.span.extracting(isConfigured ? range : 0..<0)
    }
  }

  /// Writes the configuration. The caller has checked the length of every part.
  mutating func configure(
    labelCode: Span<UInt8>, platformAddress: Span<UInt8>, accessPoint: Span<UInt8>, trustAnchor: Span<UInt8>
  ) {
    set(Flag.configured, true)
    fill(164..<179, with: labelCode)
    storage[179] = UInt8(truncatingIfNeeded: platformAddress.count)
    fill(180..<308, with: platformAddress)
    storage[308] = UInt8(truncatingIfNeeded: accessPoint.count)
    fill(309..<372, with: accessPoint)
    fill(372..<404, with: trustAnchor)
  }

  @inline(never)
  private mutating func fill(_ range: Range<Int>, with bytes: Span<UInt8>) {
    for index in range {
      let at = index &- range.lowerBound
      storage[index] = at < bytes.count ? bytes[at] : 0
    }
  }
}
