import Cryptography
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: OpenSSLProgram.isThere, "no openssl program here"))
struct DetachedSealTests {
  private let authority: OpenSSLAuthority
  private let content = Data(SplitMix64.bytes(100_000, seed: 23))

  init() throws { authority = try OpenSSLAuthority() }

  @Test(arguments: [KeyKind.p256, .rsa(bits: 3072)])
  func `the openssl program accepts a seal over exactly its document`(_ kind: KeyKind) throws {
    let identity = try authority.identity(of: SealKey.generate(kind))
    let seal = try DetachedSeal.over(content, by: identity)
    let program = authority.program
    try program.write(seal.der, "seal.p7s")
    try program.write([UInt8](content), "document.bin")
    let verify =
      "cms -verify -cades -binary -inform DER -in seal.p7s -CAfile root.pem -purpose any -out out.bin -content"
    try program.run("\(verify) document.bin")
    #expect(try program.read("out.bin") == [UInt8](content))
    var changed = [UInt8](content)
    changed[50_000] ^= 1
    try program.write(changed, "changed.bin")
    #expect(throws: OpenSSLProgram.Failed.self) { try program.run("\(verify) changed.bin") }
    // The seal has two certificates, the signer's and the intermediate authority's; the root is not in it.
    let listing = String(
      decoding: try program.run("cms -cmsout -print -noout -inform DER -in seal.p7s"), as: UTF8.self)
    #expect(listing.components(separatedBy: "d.certificate:").count == 3)
    #expect(!listing.contains("signingTime"))
    for name in ["contentType", "messageDigest", "id-smime-aa-signingCertificateV2"] {
      #expect(listing.contains("object: \(name)"))
    }
  }

  @Test func `a self-issued seal is accepted by whoever takes its certificate for a root`() throws {
    let identity = try SealIdentity.selfIssued(
      SealKey.generate(), subject: SealSubject(organization: "某某公司", commonName: "张三"))
    #expect(identity.isSelfIssued)
    #expect(identity.certificate.subject == "CN=张三,O=某某公司,C=CN")
    #expect(identity.certificate.commonName == "张三")
    let program = authority.program
    try program.write(try DetachedSeal.over(content, by: identity).der, "seal.p7s")
    try program.write([UInt8](content), "document.bin")
    try program.write(identity.certificate.pem, "own.pem")
    let verify =
      "cms -verify -cades -binary -inform DER -in seal.p7s -content document.bin -purpose any -out out.bin"
    try program.run("\(verify) -CAfile own.pem")
    #expect(throws: OpenSSLProgram.Failed.self) { try program.run("\(verify) -CAfile root.pem") }
  }

  @Test func `a name that is longer than a certificate takes is cut and not refused`() throws {
    let identity = try SealIdentity.selfIssued(
      SealKey.generate(),
      subject: SealSubject(
        organization: String(repeating: "长", count: 70), commonName: String(repeating: "𠅤", count: 65)))
    #expect(identity.certificate.commonName == String(repeating: "𠅤", count: 64))
  }

  // MARK: - Keys

  @Test func `a key is read back from its PEM and signs the same request`() throws {
    let key = try SealKey.generate()
    let again = try SealKey(pem: key.pem())
    #expect(again.publicKeyDigest == key.publicKeyDigest && again.kind == .p256)
    #expect(!"\(key)".contains("PRIVATE") && !String(reflecting: key).contains("PRIVATE"))
    let program = authority.program
    try program.write(try key.request(subject: SealSubject(organization: "公司", commonName: "张三")), "r.csr")
    let text = String(
      decoding: try program.run("req -in r.csr -verify -noout -text -nameopt utf8"), as: UTF8.self)
    #expect(text.contains("C=CN, O=公司, CN=张三"))
    #expect(text.contains("Digital Signature, Non Repudiation"))
  }

  @Test(arguments: [
    ("genpkey -algorithm ed25519", KeyKind.ed25519),
    ("genpkey -algorithm rsa -pkeyopt rsa_keygen_bits:2048", .rsa(bits: 2048)),
    ("genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-384", .curve("secp384r1")),
    ("genpkey -algorithm sm2", .sm2), ("genpkey -algorithm x25519", .other("X25519")),
    ("genpkey -algorithm rsa-pss -pkeyopt rsa_keygen_bits:3072", .other("RSA-PSS")),
  ])
  func `a key of a kind that readers do not take is refused by its kind`(_ recipe: String, _ kind: KeyKind)
    throws
  {
    let program = authority.program
    try program.run("\(recipe) -out key.pem")
    let pem = String(decoding: try program.read("key.pem"), as: UTF8.self)
    #expect(throws: CryptographyError.sealKeyKind(kind)) { try SealKey(pem: pem) }
    #expect(throws: CryptographyError.sealKeyKind(kind)) { try SealKey.generate(kind) }
  }

  @Test func `a key that is encrypted or none is refused without a question`() throws {
    let program = authority.program
    try program.run("genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass pass:x -out key.pem")
    let pem = String(decoding: try program.read("key.pem"), as: UTF8.self)
    for text in [pem, "", "hello", String(repeating: "A", count: 70_000)] {
      #expect(throws: CryptographyError.notSealKey) { try SealKey(pem: text) }
    }
  }

  // MARK: - Identities

  @Test func `certificates are put in order, and those of nobody's are left out`() throws {
    let identity = try authority.identity(of: SealKey.generate())
    #expect(
      try identity.chain == [
        authority.certificate("seal"), authority.certificate("mid"), authority.certificate("root"),
      ])
    try authority.makeRoot("stranger")
    let again = try SealIdentity(
      key: identity.key, certificates: [authority.certificate("stranger")] + identity.chain.reversed())
    #expect(again.chain == identity.chain)
    #expect(try !identity.isSelfIssued && authority.certificate("root").isSelfIssued)
    #expect(throws: CryptographyError.certificateNotOfKey) {
      try SealIdentity(key: SealKey.generate(), certificates: identity.chain)
    }
    #expect(throws: CryptographyError.certificateUsage) {
      try authority.identity(of: SealKey.generate(), as: "transport")
    }
  }

  @Test(arguments: ["", "-legacy ", "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-RC2-40 -legacy "])
  func `a PKCS #12 gives key and chain, in whatever way it is encrypted`(_ options: String) throws {
    let identity = try authority.identity(of: SealKey.generate())
    let program = authority.program
    try program.write(identity.key.pem(), "seal.key")
    try program.write(try ["mid", "root"].flatMap { try program.read("\($0).pem") }, "chain.pem")
    try program.run(
      "pkcs12 -export \(options)-inkey seal.key -in seal.pem -certfile chain.pem -passout pass:秘密 -out seal.p12"
    )
    let file = try program.read("seal.p12")
    let read = try SealIdentity(pkcs12: file, passphrase: "秘密")
    #expect(read.chain == identity.chain && read.key.publicKeyDigest == identity.key.publicKeyDigest)
    #expect(throws: CryptographyError.wrongPassphrase) { try SealIdentity(pkcs12: file, passphrase: "公开") }
    #expect(throws: CryptographyError.notPKCS12) {
      try SealIdentity(pkcs12: Array(file.dropLast(40)), passphrase: "秘密")
    }
    // An empty file is refused as well.
    #expect(throws: CryptographyError.notPKCS12) { try SealIdentity(pkcs12: [], passphrase: "") }
  }

  @Test func `a PKCS #12 without a passphrase or without a key is told apart`() throws {
    let identity = try authority.identity(of: SealKey.generate())
    let program = authority.program
    try program.write(identity.key.pem(), "seal.key")
    try program.run("pkcs12 -export -inkey seal.key -in seal.pem -passout pass: -out open.p12")
    #expect(try SealIdentity(pkcs12: program.read("open.p12"), passphrase: "").chain.count == 1)
    try program.run("pkcs12 -export -nokeys -in seal.pem -passout pass:x -out bare.p12")
    #expect(throws: CryptographyError.notPKCS12) {
      try SealIdentity(pkcs12: program.read("bare.p12"), passphrase: "x")
    }
  }

  @Test func `a chain that leaves no place for a timestamp is refused`() throws {
    let key = try SealKey.generate()
    try authority.program.write(
      key.request(subject: SealSubject(organization: "公司", commonName: "张三")), "big.csr")
    try authority.program.write(
      "[big]\nkeyUsage=digitalSignature\nnsComment=\(String(repeating: "x", count: 7_000))\n", "ca.cnf")
    try authority.sign("big", by: "mid", as: "big")
    #expect {
      try SealIdentity(key: key, certificates: [authority.certificate("big")])
    } throws: { error in
      guard case CryptographyError.sealTooLarge(let bytes, DetachedSeal.maxSizeWithoutTimestamp) = error else {
        return false
      }
      return bytes > 7_000
    }
  }
}
