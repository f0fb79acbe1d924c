import Cryptography
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: OpenSSLProgram.isThere, "no openssl program here"))
struct SealTimestampTests {
  private let authority: OpenSSLAuthority
  private let seal: DetachedSeal
  private let content = Data(SplitMix64.bytes(5_000, seed: 24))

  init() throws {
    authority = try OpenSSLAuthority()
    try authority.makeTimestampAuthority()
    seal = try DetachedSeal.over(content, by: authority.identity(of: SealKey.generate()))
  }

  private func query(_ seed: UInt64 = 1, over value: [UInt8]? = nil) throws -> TimestampQuery {
    try TimestampQuery(
      over: value ?? seal.signatureValue, nonce: SplitMix64.bytes(TimestampQuery.nonceByteCount, seed: seed))
  }

  @Test func `a seal with a timestamp is accepted, and is the same seal once the timestamp is out`() throws {
    let query = try query()
    let token = try query.token(fromReply: authority.reply(to: query))
    #expect(token.authority?.commonName == "tsa")
    #expect(abs(token.time - Int64(Date().timeIntervalSince1970)) < 86_400)
    let stamped = try seal.timestamped(by: token)
    #expect(stamped.signatureValue == seal.signatureValue && stamped != seal)

    let (bare, out) = try DetachedSeal(der: stamped.der).withoutTimestamp()
    #expect(bare.der == seal.der && out == token)
    #expect(stamped.der.count <= DetachedSeal.maxSize)
    let (same, none) = try seal.withoutTimestamp()
    #expect(same == seal && none == nil)
    #expect(throws: CryptographyError.notSeal) { try stamped.timestamped(by: token) }

    let program = authority.program
    try program.write(stamped.der, "stamped.p7s")
    try program.write([UInt8](content), "document.bin")
    try program.run(
      "cms -verify -cades -binary -inform DER -in stamped.p7s -CAfile root.pem -purpose any -content document.bin -out out.bin"
    )
    // The openssl program writes the same bytes again.
    try program.run("cms -cmsout -inform DER -in stamped.p7s -outform DER -out again.p7s")
    #expect(try program.read("again.p7s") == stamped.der)
    try program.write(seal.signatureValue, "value.bin")
    try program.write(token.der, "token.tst")
    try program.run("ts -verify -token_in -in token.tst -data value.bin -CAfile root.pem")
  }

  @Test func `a token keeps the certificates of its path and no others`() throws {
    let query = try query()
    let reply = try authority.reply(to: query)
    let token = try query.token(fromReply: reply)
    try authority.program.write(token.der, "token.tst")
    let listing = String(
      decoding: try authority.program.run("pkcs7 -inform DER -in token.tst -print_certs -noout"), as: UTF8.self)
    let subjects = listing.split(separator: "\n").filter { $0.hasPrefix("subject=") }
    #expect(
      Set(subjects.map { $0.filter { $0 != " " } }) == ["subject=CN=tsa", "subject=CN=mid", "subject=CN=root"])
    #expect(token.der.count < reply.count)
  }

  @Test func `an answer is refused by what is wrong with it`() throws {
    let query = try query()
    let reply = try authority.reply(to: query)
    func fault(_ reply: [UInt8], to query: TimestampQuery) -> TimestampFault? {
      do throws(CryptographyError) {
        _ = try query.token(fromReply: reply)
        return nil
      } catch {
        guard case .timestamp(let fault) = error else { return nil }
        return fault
      }
    }
    #expect(fault(reply, to: query) == nil)
    #expect(fault(reply, to: try self.query(2)) == .otherNonce)
    #expect(fault(reply, to: try self.query(over: [1])) == .otherImprint)
    #expect(fault([], to: query) == .notReply)
    #expect(fault(Array("<html>login</html>".utf8), to: query) == .notReply)
    #expect(fault(reply + [0], to: query) == .notReply)
    #expect(fault(Array(reply.dropLast()), to: query) == .notReply)
    #expect(fault([UInt8](repeating: 0x30, count: 70_000), to: query) == .tooLarge(bytes: 70_000))
    // The reply is TimeStampResp { status { 2 } }.
    #expect(fault([0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02], to: query) == .refused(status: 2))
    #expect(throws: CryptographyError.timestamp(.otherImprint)) {
      try seal.timestamped(
        by: self.query(over: [2]).token(fromReply: authority.reply(to: self.query(over: [2]))))
    }
  }

  @Test func `a token that a certificate for other uses has signed is refused`() throws {
    let query = try query()
    let token = try query.token(fromReply: authority.reply(to: query))
    let program = authority.program
    let key = try SealKey.generate()
    _ = try authority.identity(of: key)
    try program.write(try key.pem(), "seal.key")
    try program.write(token.der, "token.tst")
    try program.run("cms -verify -noverify -inform DER -in token.tst -out statement.bin")
    func reply(signedBy name: String) throws -> [UInt8] {
      try program.run(
        "cms -sign -cades -binary -nodetach -econtent_type 1.2.840.113549.1.9.16.1.4 -in statement.bin -signer \(name).pem -inkey \(name).key -outform DER -out signed.der"
      )
      let signed = try program.read("signed.der")
      // The reply is TimeStampResp { status { 0 }, token }. It has 256 to 65,535 bytes, so two octets hold its
      // length.
      let body = [0x30, 0x03, 0x02, 0x01, 0x00] + signed
      return [0x30, 0x82, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    }
    #expect(try query.token(fromReply: reply(signedBy: "tsa")).time == token.time)
    #expect(throws: CryptographyError.timestamp(.signature)) {
      try query.token(fromReply: reply(signedBy: "seal"))
    }
  }

  @Test func `no changed byte of an answer gives another statement`() throws {
    let query = try query()
    let reply = try authority.reply(to: query)
    let token = try query.token(fromReply: reply)
    var generator = SplitMix64(seed: 25)
    for _ in 0..<400 {
      var changed = reply
      let place = generator.next(below: reply.count)
      changed[place] ^= 1 << UInt8(generator.next(below: 8))
      // No signature covers which certificates above the authority's own a token carries, so some changes are
      // accepted.
      guard let other = try? query.token(fromReply: changed) else { continue }
      let isSame = other.time == token.time && other.authority == token.authority
      #expect(isSame, "byte \(place)")
    }
  }

  @Test func `never traps where a seal is damaged or cut`() throws {
    let query = try query()
    let stamped = try seal.timestamped(by: query.token(fromReply: authority.reply(to: query)))
    for index in stride(from: 0, to: stamped.der.count, by: 5) {
      var damaged = stamped.der
      damaged[index] ^= 0x55
      if let read = try? DetachedSeal(der: damaged) { _ = try? read.withoutTimestamp() }
      #expect(throws: CryptographyError.self) { try DetachedSeal(der: Array(stamped.der.prefix(index))) }
    }
    #expect(throws: CryptographyError.sealTooLarge(bytes: 12_289, largest: 12_288)) {
      try DetachedSeal(der: [UInt8](repeating: 0x30, count: 12_289))
    }
  }
}
