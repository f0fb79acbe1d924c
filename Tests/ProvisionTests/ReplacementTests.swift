import Cryptography
import ModuleCore
import Records
import Testing

@testable import Provision

/// Checks the replacement of a module's key: with a proof by this laptop or the platform, or by service.
@Suite struct ReplacementTests {
  typealias Laptop = PairingTests.Laptop

  static let installation = PairingTests.installation
  static let other = PairingTests.other

  /// A platform that has been given some keys.
  final class Platform: ProofAuthority {
    var keys: [String: SecretKey] = [:]
    var answer: ProofAnswer?
    private(set) var asked: [ProofRequest] = []

    func proof(_ request: ProofRequest) -> ProofAnswer {
      asked.append(request)
      if let answer { return answer }
      guard let key = keys[request.keyID], case .replace(let stated) = request.purpose,
        let newKeyID = Hex.decode(stated)
      else {
        return .unknownKey
      }
      return .proof(
        Authenticator.replacement(
          key: key.bytes, challenge: request.challenge, newKeyID: newKeyID, uniqueID: request.uniqueID))
    }
  }

  /// The facts that a record keeps between runs.
  final class Record {
    var inspections: [ModuleInspection] = []

    func terms(_ platform: Platform? = nil, service: WrittenText? = nil) -> ReplacementTerms {
      ReplacementTerms(
        authority: platform, serviceReason: service, inspection: inspections.last,
        record: { self.inspections.append($0) })
    }
  }

  /// A module that another laptop has paired, and that laptop's key.
  private func foreign(_ rig: ModuleRig) throws -> (keyID: String, key: SecretKey) {
    let laptop = Laptop(seed: 5)
    let result = try laptop.pair(rig, Self.other)
    let kept = try laptop.keys.key(for: Self.other, moduleSerial: result.serialNumber)
    return (result.keyID, try #require(kept?.secret))
  }

  private func open(_ rig: ModuleRig) {
    rig.board.sealIsClosed = false
    rig.pass(milliseconds: 100)
    rig.pass(milliseconds: 11_000)
  }

  // MARK: - With a proof

  @Test func `takes over a module whose old key this laptop has`() throws {
    let (rig, laptop, record) = (ModuleRig(), Laptop(), Record())
    let first = try laptop.pair(rig, Self.other)
    rig.board.sealIsClosed = false
    rig.pass(milliseconds: 100)
    rig.pass(milliseconds: 100)
    let result = try laptop.pair(rig, terms: record.terms())
    #expect(result.keyID != first.keyID)
    #expect(
      result.replacement
        == KeyReplacement(kind: .laptopProof, previousKeyID: first.keyID, count: 1, reason: nil))
    try PairingTests.expectAgreement(rig, laptop, keysMade: 2)
    let inspection = try #require(record.inspections.first)
    #expect(record.inspections.count == 1 && inspection.keyID == first.keyID)
    #expect(inspection.sealOpenings == 1 && inspection.replacing == .laptopProof)
    #expect(inspection.installation == Self.other.text)
    #expect(laptop.events.contains(.keyReplaced(.laptopProof)) && !laptop.events.contains(.keyCommitted))
  }

  @Test func `takes over a module with the platform's proof`() throws {
    let (rig, laptop, record, platform) = (ModuleRig(), Laptop(), Record(), Platform())
    let old = try foreign(rig)
    platform.keys[old.keyID] = old.key
    let result = try laptop.pair(rig, terms: record.terms(platform))
    #expect(result.replacement?.kind == .platformProof && result.replacement?.previousKeyID == old.keyID)
    #expect(platform.asked.map(\.purpose) == [.replace(newKeyID: result.keyID)])
    try PairingTests.expectAgreement(rig, laptop)
  }

  @Test func `changes the settings with the platform's proof when its own key is forgotten`() throws {
    let (rig, laptop, record, platform) = (ModuleRig(), Laptop(), Record(), Platform())
    let first = try laptop.pair(
      rig,
      settings: PairingSettings(
        code: PairingTests.settings.code, platform: "https://old.example", apn: "",
        trustAnchor: PairingTests.settings.trustAnchor))
    platform.keys[first.keyID] = try laptop.keys.key(
      for: Self.installation, moduleSerial: first.serialNumber)?.secret
    laptop.keys.forget(Self.installation, moduleSerial: first.serialNumber)
    #expect(try laptop.pair(rig, terms: record.terms(platform)).replacement?.kind == .platformProof)
    try PairingTests.expectAgreement(rig, laptop, keysMade: 2)
  }

  @Test(
    arguments: [
      (nil, AuthorityFailure.unreachable), (.unreachable, .unreachable), (.unknownKey, .unknownKey),
      (.refused(code: "no"), .refused(code: "no")), (.proof([UInt8](repeating: 1, count: 32)), .wrongProof),
    ] as [(ProofAnswer?, AuthorityFailure)])
  func `leaves the old key valid when there is no proof`(answer: ProofAnswer?, trouble: AuthorityFailure)
    throws
  {
    let (rig, laptop, record, platform) = (ModuleRig(), Laptop(), Record(), Platform())
    let old = try foreign(rig)
    platform.answer = answer
    #expect(throws: ProvisionError.replacement(keyID: old.keyID, trouble)) {
      try laptop.pair(rig, terms: record.terms(answer == nil ? nil : platform))
    }
    let module = try rig.link.client().identity()
    #expect(module.keyID == old.keyID && module.installation == Self.other.text)
    platform.answer = nil
    platform.keys[old.keyID] = old.key
    _ = try laptop.pair(rig, terms: record.terms(platform))
    try PairingTests.expectAgreement(rig, laptop)
  }

  // MARK: - By service

  @Test func `takes over a module by service only when its case is open`() throws {
    let (rig, laptop, record) = (ModuleRig(), Laptop(), Record())
    let old = try foreign(rig)
    #expect(throws: ProvisionError.replacement(keyID: old.keyID, .caseClosed)) {
      try laptop.pair(rig, terms: record.terms(service: "laptop lost"))
    }
    #expect(try rig.link.client().identity().keyID == old.keyID)
    open(rig)
    let result = try laptop.pair(rig, terms: record.terms(service: "laptop lost"))
    #expect(
      result.replacement
        == KeyReplacement(kind: .service, previousKeyID: old.keyID, count: 1, reason: "laptop lost"))
    #expect(try rig.link.client().identity().history.serviceReplacements == 1)
    try PairingTests.expectAgreement(rig, laptop)
  }

  // MARK: - Cut off

  /// After an interruption before any message, the next run ends with both sides equal and knows how the key
  /// was replaced.
  @Test(arguments: 0..<12, [KeyReplacement.Kind.laptopProof, .platformProof, .service])
  func `is finished by the next run when cut before a message`(message: Int, kind: KeyReplacement.Kind) throws {
    for losesReply in [false, true] {
      let (rig, laptop, record, platform) = (ModuleRig(), Laptop(), Record(), Platform())
      let old: String
      switch kind {
      case .laptopProof: old = try laptop.pair(rig, Self.other).keyID
      case .platformProof:
        let paired = try foreign(rig)
        platform.keys[paired.keyID] = paired.key
        old = paired.keyID
      case .service:
        old = try foreign(rig).keyID
        open(rig)
      }
      let reason: WrittenText? = kind == .service ? "laptop lost" : nil
      var count = -1
      rig.tamper = { frame, module in
        count += 1
        if count < message { return module(frame) }
        if losesReply, count == message { _ = module(frame) }
        return []
      }
      let result: PairingResult
      do {
        result = try laptop.pair(rig, terms: record.terms(platform, service: reason))
      } catch {
        let held = try #require(error as? ProvisionError)
        guard case .link(.timeout, _) = held else { throw error }
        rig.tamper = nil
        rig.restart()
        if kind == .service { open(rig) }
        result = try laptop.pair(rig, terms: record.terms(platform, service: reason))
      }
      #expect(result.replacement?.kind == kind && result.replacement?.previousKeyID == old)
      #expect(result.replacement?.reason == reason && result.replacement?.count == 1)
      rig.tamper = nil
      try PairingTests.expectAgreement(rig, laptop, keysMade: kind == .laptopProof ? 2 : 1)
    }
  }
}
