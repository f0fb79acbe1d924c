import Bench
import Cryptography
import Foundation
import TestSupport
import Testing

@Suite struct SealVerificationTests {
  /// The moment 2026-11-24 09:30 in China, seconds since 1970.
  private static let now: Int64 = 1_795_483_800
  private static let day: Int64 = 86_400
  private static let content = Data(SplitMix64.bytes(5_000, seed: 3))

  /// An authority, its seal and a timestamp of it.
  private struct Sealed {
    let authority: TestAuthority
    let identity: SealIdentity
    let seal: DetachedSeal
    let stamped: DetachedSeal

    init(_ kind: KeyKind = .p256, validity: TestAuthority.Validity? = nil, at time: Int64 = now) throws {
      authority = try TestAuthority(keys: kind == .p256 ? .p256 : .rsa) { time }
      let key = try SealKey.generate(kind)
      let request = try key.request(subject: SealSubject(organization: "练习公司", commonName: "练习员"))
      let certificate = try authority.issue(request: request, validity: validity)
      identity = try SealIdentity(key: key, certificates: [certificate, authority.root])
      seal = try DetachedSeal.over(content, by: identity)
      stamped = try seal.timestamped(by: Self.token(of: seal, by: authority))
    }

    static func token(of seal: DetachedSeal, by authority: TestAuthority) throws -> TimestampToken {
      let query = try TimestampQuery(over: seal.signatureValue, nonce: SplitMix64.bytes(8, seed: 9))
      return try query.token(fromReply: authority.reply(to: query.der))
    }
  }

  private func verify(_ der: [UInt8], _ roots: [Certificate], at now: Int64 = now) throws(SealFault)
    -> SealVerification
  {
    try SealVerification(der, over: SHA256Digest(of: Self.content), trusting: roots, now: now)
  }

  private func fault(_ der: [UInt8], _ roots: [Certificate] = []) -> SealFault? {
    do throws(SealFault) {
      _ = try verify(der, roots)
      return nil
    } catch { return error }
  }

  // MARK: - Good seals

  @Test(arguments: [KeyKind.p256, .rsa(bits: 3072)])
  func `a seal and its timestamp are trusted when both lead to a given root`(_ kind: KeyKind) throws {
    let sealed = try Sealed(kind)
    let root = sealed.authority.root
    let plain = try verify(sealed.seal.der, [root])
    #expect(plain.isTrusted && plain.trust == .trusted(root: root))
    #expect(plain.signer == sealed.identity.certificate && plain.chain == [sealed.identity.certificate])
    #expect(plain.signatureValue == sealed.seal.signatureValue && plain.timestamp == nil)
    let stamped = try verify(sealed.stamped.der, [root])
    #expect(stamped.isTrusted)
    let timestamp = try #require(stamped.timestamp)
    #expect(timestamp.time == Self.now && timestamp.policy == TestAuthority.policy)
    #expect(timestamp.serialNumber == "01" && timestamp.trust == .trusted(root: root))
    #expect(timestamp.authority == sealed.authority.timestampCertificate)
    let token = try #require(try sealed.stamped.withoutTimestamp().token)
    let alone = try TimestampVerification(token.der, over: sealed.seal.signatureValue, trusting: [root])
    #expect(alone == timestamp)
  }

  @Test func `a seal is not trusted when no root or another one is given`() throws {
    let sealed = try Sealed()
    let other = try TestAuthority { Self.now }
    for der in [sealed.seal.der, sealed.stamped.der] {
      #expect(try verify(der, []).trust == .noRoot)
      #expect(try verify(der, [other.root]).trust == .otherRoot)
      #expect(try !verify(der, [other.root]).isTrusted)
      #expect(try verify(der, [other.root, sealed.authority.root]).isTrusted)
    }
    // The other root has the same name and another key, so it is the key that decides.
    #expect(other.root.subject == sealed.authority.root.subject)
  }

  @Test func `a self-issued seal is trusted only when its own certificate is given`() throws {
    let identity = try SealIdentity.selfIssued(
      SealKey.generate(), subject: SealSubject(organization: "练习公司", commonName: "练习员"))
    let seal = try DetachedSeal.over(Self.content, by: identity)
    #expect(try verify(seal.der, []).trust == .selfIssued)
    #expect(try verify(seal.der, [try TestAuthority { Self.now }.root]).trust == .selfIssued)
    #expect(try verify(seal.der, [identity.certificate]).isTrusted)
  }

  @Test func `an ended certificate is trusted only when a trusted timestamp is from before its end`() throws {
    let validity = (Self.now - Self.day)...(Self.now + Self.day)
    let sealed = try Sealed(validity: validity)
    let root = sealed.authority.root
    let later = Self.now + 10 * Self.day
    #expect(try verify(sealed.seal.der, [root]).isTrusted)
    #expect(try verify(sealed.seal.der, [root], at: later).trust == .ended(sealed.identity.certificate))
    #expect(try verify(sealed.stamped.der, [root], at: later).isTrusted)
    #expect(
      try verify(sealed.seal.der, [root], at: Self.now - 5 * Self.day).trust
        == .notBegun(sealed.identity.certificate))
    // The time of this timestamp is after the certificate's end.
    let late = try Sealed(validity: (Self.now - 5 * Self.day)...(Self.now - Self.day))
    #expect(
      try verify(late.stamped.der, [late.authority.root]).trust == .ended(late.identity.certificate))
  }

  @Test func `a timestamp of an authority that was not given leaves the seal untrusted`() throws {
    let sealed = try Sealed()
    let stranger = try TestAuthority { Self.now - Self.day }
    let stamped = try sealed.seal.timestamped(by: Sealed.token(of: sealed.seal, by: stranger))
    let judged = try verify(stamped.der, [sealed.authority.root])
    #expect(judged.trust.root == sealed.authority.root)
    #expect(judged.timestamp?.trust == .otherRoot && !judged.isTrusted)
    #expect(try verify(stamped.der, [sealed.authority.root, stranger.root]).isTrusted)
  }

  // MARK: - Changed seals

  @Test(arguments: [KeyKind.p256, .rsa(bits: 3072)])
  func `every changed bit of a seal is found, with its place`(_ kind: KeyKind) throws {
    let sealed = try Sealed(kind)
    let roots = [sealed.authority.root]
    var generator = SplitMix64(seed: 41)
    var places: [SealFault.Place: Int] = [:]
    for der in [sealed.seal.der, sealed.stamped.der] {
      #expect(fault(der, roots) == nil)
      for _ in 0..<(kind == .p256 ? 1_000 : 200) {
        let index = generator.next(below: der.count)
        var changed = der
        changed[index] ^= 1 << UInt8(generator.next(below: 8))
        let found = fault(changed, roots)
        #expect(
          found != nil,
          "byte \(index) of \(der.count): \(Hex.encode([der[index]])) → \(Hex.encode([changed[index]]))")
        if let found { places[found.place, default: 0] += 1 }
      }
    }
    // The faults are in at least eight different places.
    #expect(places.count >= 8, "\(places)")
  }

  @Test func `a seal is not that of another content`() throws {
    let sealed = try Sealed()
    for count in [0, 4_999] {
      let digest = SHA256Digest(of: Self.content.prefix(count))
      #expect(throws: SealFault.self) {
        try SealVerification(sealed.seal.der, over: digest, trusting: [], now: Self.now)
      }
    }
    do throws(SealFault) {
      _ = try SealVerification(
        sealed.seal.der, over: SHA256Digest(of: Data()), trusting: [], now: Self.now)
    } catch {
      #expect(error.place == .content && error.reason == .digest && error.offset == nil)
    }
  }

  @Test func `a timestamp of another seal is refused`() throws {
    let (one, other) = (try Sealed(), try Sealed())
    // timestamped(by:) refuses the token of another seal, so the bytes are exchanged by hand: both tokens have
    // the same size.
    let token = try #require(try one.stamped.withoutTimestamp().token).der
    let foreign = try #require(try other.stamped.withoutTimestamp().token).der
    let start = try #require(one.stamped.der.firstRange(of: token)?.lowerBound)
    var swapped = one.stamped.der
    if foreign.count == token.count {
      swapped.replaceSubrange(start..<(start + token.count), with: foreign)
      let found = try #require(fault(swapped, [one.authority.root, other.authority.root]))
      #expect(found.isInTimestamp && found.place == .timestampInfo && found.reason == .digest)
    }
    #expect(throws: SealFault.self) {
      try TimestampVerification(foreign, over: one.seal.signatureValue, trusting: [])
    }
  }

  @Test func `the other form of a P-256 signature is refused, though it verifies as well`() throws {
    // Each seal has a new key and signature, and libcrypto makes about half of all signatures with the greater
    // s.
    for _ in 0..<8 {
      let sealed = try Sealed()
      let other = SecondForm.of(sealed.seal.der)
      #expect(other != sealed.seal.der)
      let found = try #require(fault(other, [sealed.authority.root]))
      #expect(found.place == .signature && found.reason == .encoding)
      // A second exchange restores the seal, so the exchange itself is right.
      #expect(SecondForm.of(other) == sealed.seal.der)
    }
  }

  @Test func `anything cut off or added is refused`() throws {
    let der = try Sealed().stamped.der
    for count in stride(from: 0, to: der.count, by: 7) { #expect(fault(Array(der.prefix(count))) != nil) }
    #expect(fault(der + [0]) != nil)
    #expect(
      fault([UInt8](repeating: 0x30, count: SealVerification.maxSize + 1))?.reason
        == .tooLarge(maxBytes: SealVerification.maxSize))
    var generator = SplitMix64(seed: 77)
    for _ in 0..<300 {
      let spoiled = generator.spoil(
        der, with: [0x30, 0x31, 0xA0, 0x00, 0xFF, 0x80, 0x84], most: 4, longest: 40)
      if spoiled != der { #expect(fault(spoiled) != nil) }
    }
  }

  // MARK: - Beside the openssl program

  @Test(
    .enabled(if: OpenSSLProgram.isThere, "no openssl program here"),
    arguments: [
      ("rsa:3072", "sha256", "sha256"), ("rsa:4096", "sha512", "sha1"),
      ("ec -pkeyopt ec_paramgen_curve:P-384", "sha384", "sha512"),
    ])
  func `a chain and a timestamp of the openssl program are judged whole, whatever its settings`(
    key: String, digest: String, certificateDigest: String
  ) throws {
    let authority = try OpenSSLAuthority()
    let settings = String(decoding: try authority.program.read("ca.cnf"), as: UTF8.self)
      .replacingOccurrences(of: "signer_digest=sha256", with: "signer_digest=\(digest)")
      .replacingOccurrences(of: "ess_cert_id_alg=sha256", with: "ess_cert_id_alg=\(certificateDigest)")
    try authority.makeTimestampAuthority()
    try authority.program.write(settings, "ca.cnf")
    try authority.program.run("req -new -newkey \(key) -nodes -keyout tsa.key -subj /CN=tsa -out tsa.csr")
    try authority.sign("tsa", by: "mid", as: "timestamps")
    let seal = try DetachedSeal.over(Self.content, by: authority.identity(of: SealKey.generate()))
    let query = try TimestampQuery(over: seal.signatureValue, nonce: SplitMix64.bytes(8, seed: 9))
    let stamped = try seal.timestamped(by: query.token(fromReply: authority.reply(to: query))).der
    // The openssl program takes the time from the machine's clock, and its certificates begin at that time.
    let time = try #require(try verify(stamped, []).timestamp?.time)
    let root = try authority.certificate("root")
    let judged = try verify(stamped, [root], at: time)
    #expect(judged.isTrusted && judged.chain.count == 2 && judged.timestamp?.trust == .trusted(root: root))
    var generator = SplitMix64(seed: 5)
    var found = 0
    for _ in 0..<200 {
      var changed = stamped
      let index = generator.next(below: changed.count)
      changed[index] ^= 1 << UInt8(generator.next(below: 8))
      // A certificate between signer and root whose issuer's name was changed is not found as a fault: the path
      // leads to no given root.
      do throws(SealFault) {
        let judged = try verify(changed, [root], at: time)
        #expect(!judged.isTrusted, "byte \(index)")
      } catch { found += 1 }
    }
    #expect(found > 180, "\(found) of 200 with their places")
  }
}
