import Testing

@testable import ModuleCore

@Suite struct AuthenticatorTests {
  static let key = (0..<32).map { UInt8($0) }
  static let uniqueID = (0..<12).map { UInt8(0xc0 + $0) }
  static let challenge = (0..<16).map { UInt8(0xa0 + $0) }

  /// Python's `hmac` computed each of these from the table in docs/module-protocol.md.
  @Test func `codes are what the document says`() {
    let configuration = ModuleConfiguration(
      labelCode: Array("150621-00A001-K".utf8), platformAddress: Array("https://platform.example".utf8),
      accessPoint: [], trustAnchor: [UInt8](repeating: 0x5a, count: 32))
    #expect(Authenticator.keyID(of: Self.key) == hex("630dcd2966c43366"))
    #expect(
      Authenticator.proof(key: Self.key, challenge: Self.challenge, uniqueID: Self.uniqueID)
        == hex("f180a87afddeec9b2a2c0e7122b23c98503620dbf5d4b5a66b6b10f5c2babf3b"))
    #expect(
      Authenticator.commit(key: Self.key, uniqueID: Self.uniqueID)
        == hex("76be442d0390114ef158788306858d2bec30ad85c2772268ac0f23733ae5b3cc"))
    #expect(
      Authenticator.configuration(key: Self.key, configuration)
        == hex("887625f035a78325e8305114671665071a4343c989d827d6af2ce7b643bb8ac6"))
    #expect(
      Authenticator.start(key: Self.key, counter: 258, seconds: 300, challenge: Self.challenge)
        == hex("e9211caf331227cc8887a9ea2b4a0916e93dc36cdd2c77a5e331e8f1b318dbd1"))
    #expect(
      Authenticator.clock(key: Self.key, time: 1_732_406_400)
        == hex("ad4705060d0f74269453607d8097f3cf27ed639dccd966bd4a50005a324080d5"))
  }
}
