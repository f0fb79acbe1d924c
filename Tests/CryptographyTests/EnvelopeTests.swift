import Cryptography
import Foundation
import Testing

@Suite struct EnvelopeTests {
  private static let identity = try? PlatformIdentity.generate(commonName: "envelope test")
  private static let stranger = try? PlatformIdentity.generate(commonName: "stranger")
  private let secret = (0..<32).map { UInt8($0 * 7 & 0xFF) }

  @Test func `opens to the same bytes when the key is right`() throws {
    let identity = try #require(Self.identity)
    for bytes in [[], [1], secret, [UInt8](repeating: 9, count: 10_000)] {
      #expect(try Envelope.open(Envelope.seal(bytes, to: identity.certificate), with: identity) == bytes)
    }
    #expect(
      try Envelope.seal(secret, to: identity.certificate) != Envelope.seal(secret, to: identity.certificate))
  }

  @Test func `does not open when the key is another`() throws {
    let (identity, stranger) = (try #require(Self.identity), try #require(Self.stranger))
    let sealed = try Envelope.seal(secret, to: identity.certificate)
    #expect(throws: CryptographyError.opening) { try Envelope.open(sealed, with: stranger) }
    #expect(throws: CryptographyError.notPrivateKey) {
      try PlatformIdentity(certificate: identity.certificate, privateKeyPEM: stranger.privateKeyPEM)
    }
  }

  @Test func `never traps when the envelope is damaged or cut`() throws {
    let identity = try #require(Self.identity)
    let sealed = try Envelope.seal(secret, to: identity.certificate)
    for index in stride(from: 0, to: sealed.count, by: 11) {
      var damaged = sealed
      damaged[index] ^= 0x55
      _ = try? Envelope.open(damaged, with: identity)
      #expect(throws: CryptographyError.opening) {
        try Envelope.open(Array(sealed.prefix(index)), with: identity)
      }
    }
    let tooLarge = [UInt8](repeating: 0x30, count: Envelope.maxSize + 1)
    #expect(throws: CryptographyError.opening) { try Envelope.open(tooLarge, with: identity) }
  }

  @Test func `refuses what is no certificate`() throws {
    let pem = try #require(Self.identity).certificate.pem
    for text in ["", "hello", String(pem.dropLast(200)), String(repeating: "A", count: 70_000)] {
      #expect(throws: CryptographyError.notCertificate) { try Certificate(pem: text) }
    }
    let der = try #require(Self.identity).certificate.der
    #expect(try Certificate(der: der).pem == pem)
    #expect(try Certificate(file: der).pem == pem)
    #expect(try Certificate(file: Array(pem.utf8)).der == der)
    #expect(throws: CryptographyError.notCertificate) { try Certificate(file: der + [0]) }
    #expect(throws: CryptographyError.notCertificate) { try Certificate(der: der + [0]) }
    #expect(throws: CryptographyError.notCertificate) { try Certificate(der: Array(der.dropLast())) }
  }

  // MARK: - Beside the openssl program

  @Test(.enabled(if: OpenSSLProgram.isThere, "no openssl program here"))
  func `agrees with the openssl program`() throws {
    let identity = try #require(Self.identity)
    let program = OpenSSLProgram()
    try program.write(identity.certificate.pem, "certificate.pem")
    try program.write(identity.privateKeyPEM, "key.pem")
    let sealed = try Envelope.seal(secret, to: identity.certificate)
    try program.write(sealed, "sealed.der")
    try program.write(secret, "plain.bin")

    // The openssl program opens an envelope made by this library.
    try program.run(
      "cms -decrypt -inform DER -in sealed.der -recip certificate.pem -inkey key.pem -out opened.bin")
    #expect(try program.read("opened.bin") == secret)
    let listing = String(
      decoding: try program.run("cms -cmsout -print -inform DER -in sealed.der"), as: UTF8.self)
    #expect(listing.contains("pkcs7-envelopedData"))
    #expect(listing.contains("rsaesOaep") && listing.contains("sha256") && listing.contains("aes-256-cbc"))

    // This library opens an envelope made by the openssl program.
    try program.run(
      "cms -encrypt -binary -aes256 -in plain.bin -outform DER -out theirs.der -recip certificate.pem "
        + "-keyopt rsa_padding_mode:oaep")
    #expect(try Envelope.open(program.read("theirs.der"), with: identity) == secret)

    // People compare the fingerprint, and modules compare the key's digest.
    let fingerprint = String(
      decoding: try program.run("x509 -in certificate.pem -noout -fingerprint -sha256"), as: UTF8.self)
    let digits = fingerprint.split(separator: "=")[1].filter { $0.isHexDigit }.lowercased()
    #expect(digits == identity.certificate.fingerprint)
    try program.write(try program.run("x509 -in certificate.pem -noout -pubkey"), "public.pem")
    let publicKey = try program.run("pkey -pubin -in public.pem -outform DER")
    #expect(SHA256Digest(of: publicKey).bytes == identity.certificate.publicKeyDigest)
    #expect(identity.certificate.publicKeyDigest.count == 32)
    try program.run("verify -CAfile certificate.pem certificate.pem")
  }
}
