import Cryptography
import Foundation
import ModuleCore
import Records
import Testing

@testable import Provision

/// Compares each request's place in the protocol with the numbers in `docs/module-protocol.md` and MCUmgr's
/// own.
@Suite struct SMPRequestTests {
  /// The place of a request in the protocol, with its timeout and its number of tries.
  private struct Place: Equatable {
    let name: ModuleRequest
    let operation: UInt8
    let group: UInt16
    let command: UInt8
    let timeout: Duration
    let attempts: Int

    /// - Parameters:
    ///   - operation: 0 reads, 2 writes.
    ///   - seconds: the timeout.
    init(
      _ name: ModuleRequest, _ operation: UInt8, _ group: UInt16, _ command: UInt8, seconds: Int = 1,
      attempts: Int = 3
    ) {
      (self.name, self.operation, self.group, self.command) = (name, operation, group, command)
      (timeout, self.attempts) = (.seconds(seconds), attempts)
    }

    init<Request: SMPRequest>(of _: Request.Type) {
      (name, operation) = (Request.name, Request.operation.rawValue)
      (group, command) = (Request.group, Request.command)
      (timeout, attempts) = (Request.timeout, Request.attempts)
    }
  }

  @Test func `every request goes where the protocol says, for as long and as often as it may`() {
    let places = [
      Place(of: EchoRequest.self), Place(of: ResetRequest.self), Place(of: ParametersRequest.self),
      Place(of: ImageStateRequest.self), Place(of: ImageTestRequest.self), Place(of: ImageConfirmRequest.self),
      Place(of: ImageUploadRequest.self), Place(of: IdentityRequest.self), Place(of: PairBeginRequest.self),
      Place(of: PairProveRequest.self), Place(of: PairCommitRequest.self), Place(of: ConfigureRequest.self),
      Place(of: ConfigurationRequest.self), Place(of: ChallengeRequest.self), Place(of: RelayStartRequest.self),
      Place(of: StopRequest.self), Place(of: ReadingsRequest.self), Place(of: SetClockRequest.self),
      Place(of: PairReplaceRequest.self), Place(of: PairServiceRequest.self),
      Place(of: AuthorizeRequest.self),
    ]
    let documented = [
      Place(.echo, 2, 0, 0), Place(.reset, 2, 0, 5, attempts: 1), Place(.parameters, 0, 0, 6),
      Place(.imageState, 0, 1, 0), Place(.imageTest, 2, 1, 0, seconds: 6), Place(.imageConfirm, 2, 1, 0),
      Place(.imageUpload, 2, 1, 1, seconds: 6), Place(.identity, 0, 64, 0),
      Place(.pairBegin, 2, 64, 1, seconds: 3), Place(.pairProve, 2, 64, 2),
      Place(.pairCommit, 2, 64, 3, seconds: 3), Place(.configure, 2, 64, 4, seconds: 3),
      Place(.configuration, 0, 64, 5), Place(.challenge, 0, 64, 6),
      Place(.start, 2, 64, 7, seconds: 3, attempts: 1), Place(.stop, 2, 64, 8), Place(.readings, 0, 64, 9),
      Place(.setClock, 2, 64, 10), Place(.pairReplace, 2, 64, 11, seconds: 3),
      Place(.pairService, 2, 64, 12, seconds: 3), Place(.authorize, 2, 64, 13, seconds: 3),
    ]
    #expect(places == documented)
    #expect(Set(places.map(\.name)) == Set(ModuleRequest.allCases))
  }

  /// The digest covers the messages of all these requests with sequence number 7, as modules in the field know
  /// them.
  @Test func `the bytes of every request are those that modules know`() throws {
    let key = try #require(
      SecretKey(bytes: Array(0..<32), keyID: Hex.encode(Authenticator.keyID(of: Array(0..<32)))))
    let installation = InstallationID(try #require(UUID(uuidString: "0192F0C1-2345-7000-8000-0123456789AB")))
    let settings = PairingSettings(
      code: "123456789012345", platform: "https://platform.example", apn: "cmiot",
      trustAnchor: Array(repeating: 9, count: 32))
    let uniqueID = [UInt8](1...12)
    let requests: [any SMPRequest] = [
      EchoRequest(text: "焊机"), ResetRequest(mode: .normal), ResetRequest(mode: .bootloader),
      ParametersRequest(), ImageStateRequest(),
      ImageUploadRequest(piece: [1, 2, 3], offset: 0, length: 900, digest: Array(repeating: 4, count: 32)),
      ImageUploadRequest(piece: [5, 6], offset: 300, length: 900, digest: Array(repeating: 4, count: 32)),
      ImageTestRequest(hash: Array(repeating: 8, count: 32)), ImageConfirmRequest(), IdentityRequest(),
      PairBeginRequest(key: key, installation: installation),
      PairProveRequest(challenge: Array(repeating: 3, count: 16)),
      PairCommitRequest(key: key, uniqueID: uniqueID),
      PairReplaceRequest(key: key, uniqueID: uniqueID, proof: Array(repeating: 6, count: 32)),
      PairServiceRequest(key: key, uniqueID: uniqueID), ConfigureRequest(settings: settings, key: key),
      ConfigurationRequest(), ChallengeRequest(),
      RelayStartRequest(
        start: SignedStart(counter: 70_000, seconds: 60, authenticator: Array(repeating: 2, count: 32))),
      StopRequest(), ReadingsRequest(), SetClockRequest(time: 1_790_000_000, key: key),
    ]
    let messages = requests.flatMap { $0.message(sequence: 7).encoded ?? [] }
    #expect(
      SHA256Digest(of: messages).hex == "05ab00bbd4377eb6cf85db4b4166a93c5ebb8bacfd37523c01ffac36febb3bf5")
  }

  /// The maps are written out by RFC 8949, key by key.
  @Test func `an authority is asked for by the bytes of the protocol`() {
    let update = AuthorizeRequest(
      deed: .update(sha256: Array(repeating: 4, count: 32), version: "0.2.0"),
      proof: Array(repeating: 6, count: 32))
    func text(_ text: String) -> [UInt8] { [0x60 | UInt8(text.utf8.count)] + Array(text.utf8) }
    func bytes(_ bytes: [UInt8]) -> [UInt8] { [0x58, 32] + bytes }
    let digest: [UInt8] = text("sha") + bytes(Array(repeating: 4, count: 32))
    let proof: [UInt8] = text("proof") + bytes(Array(repeating: 6, count: 32))
    let map = update.message(sequence: 1).payload
    #expect(map.first == 0xbf || map.first == 0xa4)
    #expect(map.firstRange(of: text("for") + [1]) != nil)
    #expect(map.firstRange(of: digest) != nil && map.firstRange(of: proof) != nil)
    #expect(map.firstRange(of: text("ver") + text("0.2.0")) != nil)
    let entry = AuthorizeRequest(deed: .bootloader, proof: Array(repeating: 6, count: 32))
    let other = entry.message(sequence: 1).payload
    #expect(other.firstRange(of: text("for") + [2]) != nil && other.firstRange(of: proof) != nil)
    #expect(other.firstRange(of: text("sha")) == nil && other.firstRange(of: text("ver")) == nil)
  }

  @Test func `a count is one that a record can keep`() throws {
    func fields(_ count: UInt64) throws -> ReplyFields {
      var map = CBORMapWriter()
      map.put("boots", unsigned: count)
      return try ReplyFields(map.encoded)
    }
    #expect(try fields((1 << 53) - 1).count("boots") == (1 << 53) - 1)
    for count in [1 << 53, (1 << 53) + 1, 1 << 63, .max] as [UInt64] {
      #expect(throws: ReplyFault.field("boots")) { _ = try fields(count).count("boots") }
      #expect(throws: ReplyFault.field("boots")) { _ = try fields(count).optionalCount("boots") }
    }
    #expect(try fields(3).optionalCount("seals") == nil)
  }
}
