import Cryptography
import Foundation
import Testing

@Suite struct SigningKeyTests {
  struct Vector: Sendable {
    var seed: String
    var publicKey: String
    var message: String
    var signature: String
  }

  /// The vectors of RFC 8032, 7.1: TEST 1, 2, 3 and SHA(abc).
  private static let vectors = [
    Vector(
      seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", message: "",
      signature:
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        + "d25bf5f0595bbe24655141438e7a100b"),
    Vector(
      seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", message: "72",
      signature:
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        + "387b2eaeb4302aeeb00d291612bb0c00"),
    Vector(
      seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", message: "af82",
      signature:
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        + "4a7c15e9716ed28dc027beceea1ec40a"),
    Vector(
      seed: "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
      publicKey: "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
      message:
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
        + "454d4423643ce80e2a9ac94fa54ca49f",
      signature:
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
        + "3dca179c138ac17ad9bef1177331a704"),
  ]

  private func bytes(_ hex: String) throws -> [UInt8] { try #require(Hex.decode(hex)) }
  private func anyKey(_ number: UInt8 = 1) throws -> SigningKey {
    try SigningKey(seed: Array(repeating: number, count: 32))
  }

  @Test(arguments: Self.vectors)
  func `signs and verifies the vectors of RFC 8032`(vector: Vector) throws {
    let key = try SigningKey(seed: bytes(vector.seed))
    #expect(Hex.encode(key.verifyingKey.bytes) == vector.publicKey)
    let message = try bytes(vector.message)
    #expect(try Hex.encode(key.sign(message)) == vector.signature)
    let verifyingKey = try #require(VerifyingKey(bytes: bytes(vector.publicKey)))
    #expect(verifyingKey == key.verifyingKey)
    #expect(try verifyingKey.accepts(bytes(vector.signature), over: message))
  }

  @Test func `no bit of signature, message or key may change`() throws {
    let key = try anyKey()
    let message = Array("a manifest".utf8)
    let signature = try key.sign(message)
    for bit in 0..<(signature.count * 8) {
      var changed = signature
      changed[bit / 8] ^= 1 << (bit % 8)
      #expect(!key.verifyingKey.accepts(changed, over: message))
    }
    for bit in 0..<(message.count * 8) {
      var changed = message
      changed[bit / 8] ^= 1 << (bit % 8)
      #expect(!key.verifyingKey.accepts(signature, over: changed))
    }
    for bit in 0..<256 {
      var changed = key.verifyingKey.bytes
      changed[bit / 8] ^= 1 << (bit % 8)
      // A changed key that is no point of the curve may be refused as a key.
      #expect(VerifyingKey(bytes: changed)?.accepts(signature, over: message) != true)
    }
    for count in [0, 63, 65, 128] {
      #expect(!key.verifyingKey.accepts(Array((signature + signature).prefix(count)), over: message))
    }
    #expect(try !anyKey(2).verifyingKey.accepts(signature, over: message))
  }

  @Test func `a signature whose scalar is not reduced is refused`() throws {
    // RFC 8032, 5.1.7: S must be below the group's order, otherwise anybody could make a second signature from
    // a given one.
    let order = try bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
    let key = try anyKey()
    var signature = try key.sign([1])
    var carry = 0
    for index in 0..<32 {
      let sum = Int(signature[32 + index]) + Int(order[index]) + carry
      signature[32 + index] = UInt8(sum & 0xff)
      carry = sum >> 8
    }
    #expect(!key.verifyingKey.accepts(signature, over: [1]))
  }

  @Test func `keys go through PEM and back`() throws {
    let key = try anyKey()
    #expect(try SigningKey(pem: key.pem()).verifyingKey == key.verifyingKey)
    #expect(try VerifyingKey(pem: key.verifyingKey.pem) == key.verifyingKey)
  }

  @Test func `what is not an Ed25519 key is refused, and neither half passes for the other`() throws {
    let key = try anyKey()
    let rsa = try PlatformIdentity.generate(commonName: "another kind")
    for text in try ["", "hello", key.pem(), rsa.certificate.pem, String(key.verifyingKey.pem.dropLast(60))] {
      #expect(throws: CryptographyError.notVerifyingKey) { try VerifyingKey(pem: text) }
    }
    for text in ["", "hello", key.verifyingKey.pem, rsa.privateKeyPEM, String(repeating: "A", count: 70_000)] {
      #expect(throws: CryptographyError.notSigningKey) { try SigningKey(pem: text) }
    }
    #expect(throws: CryptographyError.notSigningKey) { try SigningKey(seed: [1, 2, 3]) }
    #expect(VerifyingKey(bytes: [1, 2, 3]) == nil)
  }

  @Test func `a private key is not printed`() throws {
    let key = try anyKey()
    for text in ["\(key)", String(reflecting: key), "\([key])"] {
      #expect(text.contains(key.verifyingKey.keyID) && !text.contains("Opaque"), "\(text)")
    }
  }

  // MARK: - Beside the openssl program

  @Test(.enabled(if: OpenSSLProgram.isThere, "no openssl program here"))
  func `agrees with the openssl program`() throws {
    let program = OpenSSLProgram()
    try program.run("genpkey -algorithm ed25519 -out key.pem")
    try program.run("pkey -in key.pem -pubout -out public.pem")
    let message = (0..<1000).map { UInt8($0 & 0xff) }
    try program.write(message, "message.bin")
    try program.run("pkeyutl -sign -inkey key.pem -rawin -in message.bin -out theirs.sig")

    let key = try SigningKey(pem: String(decoding: program.read("key.pem"), as: UTF8.self))
    let publicKey = try VerifyingKey(pem: String(decoding: program.read("public.pem"), as: UTF8.self))
    #expect(key.verifyingKey == publicKey)
    #expect(try key.sign(message) == program.read("theirs.sig"))
    #expect(try publicKey.accepts(program.read("theirs.sig"), over: message))
    let info = try program.run("pkey -pubin -in public.pem -outform DER")
    #expect(publicKey.keyID == SHA256Digest(of: info).hex)

    let ours = try SigningKey(seed: Array(repeating: 7, count: 32))
    try program.write(ours.verifyingKey.pem, "ours.pem")
    try program.write(ours.pem(), "ours-private.pem")
    try program.write(ours.sign(message), "ours.sig")
    try program.run("pkeyutl -verify -pubin -inkey ours.pem -rawin -in message.bin -sigfile ours.sig")
    #expect(
      try program.run("pkey -in ours-private.pem -pubout") == Array(ours.verifyingKey.pem.utf8))
  }
}
