/// SHA-256 (FIPS 180-4), fed in pieces with a total of less than 512 MiB.
public struct SHA256 {
  /// Bytes in a digest.
  public static var digestSize: Int { 32 }
  /// Bytes in a block of the compression function.
  static var blockSize: Int { 64 }

  private var state: InlineArray<8, UInt32> = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  /// The block that is being filled, as words.
  private var block = InlineArray<16, UInt32>(repeating: 0)
  private var total: UInt32 = 0

  public init() {}

  /// The digest of `bytes`, computed in one call.
  public static func digest(_ bytes: Span<UInt8>) -> Octets {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }

  @inline(never)
  public mutating func update(_ bytes: Span<UInt8>) {
    for index in bytes.indices { update(bytes[index]) }
  }

  public mutating func update(_ octets: Octets) { update(octets.bytes) }

  public mutating func update(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { update(text.utf8Start[index]) }
  }

  /// Adds a number of `size` bytes, at most four, in network order.
  @inline(never)
  mutating func update(bigEndian number: UInt32, size: Int) {
    var shift = UInt32(truncatingIfNeeded: size &* 8)
    while shift > 0 {
      shift &-= 8
      update(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  mutating func update(bigEndian number: UInt64) {
    update(bigEndian: UInt32(truncatingIfNeeded: number >> 32), size: 4)
    update(bigEndian: UInt32(truncatingIfNeeded: number), size: 4)
  }

  /// Adds a word in the byte order of the microcontroller's memory.
  mutating func update(littleEndian word: UInt32) { update(bigEndian: word.byteSwapped, size: 4) }

  @inline(never)
  public mutating func update(_ byte: UInt8) {
    let index = Int(truncatingIfNeeded: total >> 2 & 15)
    block[index] = block[index] << 8 | UInt32(byte)
    total &+= 1
    if total & 63 == 0 { compress() }
  }

  /// The digest, 32 bytes. Each `SHA256` value serves one message only.
  @inline(never)
  public mutating func finish() -> Octets {
    let length = total
    update(0x80)
    while total & 63 != 56 { update(0) }
    update(bigEndian: length >> 29, size: 4)
    update(bigEndian: length << 3, size: 4)
    var digest = Octets()
    for index in 0..<8 { digest.append(littleEndian: state[index].byteSwapped) }
    return digest
  }

  // MARK: - The compression function

  /// Compresses `block`, whose contents are of no use afterwards.
  @inline(never)
  private mutating func compress() {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for round in 0..<64 {
      // Only the last 16 of the schedule's 64 words are ever used.
      let slot = round & 15
      if round >= 16 {
        let w15 = block[(round &+ 1) & 15]
        let w2 = block[(round &+ 14) & 15]
        let s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >> 3)
        let s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >> 10)
        block[slot] = block[slot] &+ s0 &+ block[(round &+ 9) & 15] &+ s1
      }
      let sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
      let choice = (e & f) ^ (~e & g)
      let first = h &+ sum1 &+ choice &+ roundConstants[round] &+ block[slot]
      let sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      let second = sum0 &+ majority
      (h, g, f, e) = (g, f, e, d &+ first)
      (d, c, b, a) = (c, b, a, first &+ second)
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
    state[5] &+= f
    state[6] &+= g
    state[7] &+= h
  }

  private func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 {
    value &>> count | value &<< (32 &- count)
  }
}

/// The constants of FIPS 180-4, section 4.2.2.
private let roundConstants: InlineArray<64, UInt32> = [
  0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
  0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
  0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
  0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
  0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
  0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
  0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
  0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
]
