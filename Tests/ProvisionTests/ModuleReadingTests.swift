import Cryptography
import ModuleCore
import Records
import Testing

@testable import Provision

/// Reads an installed module and has its proof judged, against the module's own core.
@Suite struct ModuleReadingTests {
  typealias Laptop = PairingTests.Laptop

  /// A platform that judges a proof by `key`; without a key it returns `answer`.
  final class Judge: ProofAuthority {
    var answer = ProofAnswer.unreachable
    var key: SecretKey?
    private(set) var asked: [ProofRequest] = []

    func proof(_ request: ProofRequest) -> ProofAnswer {
      asked.append(request)
      guard let key, case .prove(let answer) = request.purpose else { return self.answer }
      let expected = Authenticator.proof(
        key: key.bytes, challenge: request.challenge, uniqueID: request.uniqueID)
      return .judged(isRight: Authenticator.matches(answer, expected))
    }
  }

  private func paired() throws -> (ModuleRig, SecretKey) {
    let (rig, laptop) = (ModuleRig(), Laptop())
    let result = try laptop.pair(rig)
    let kept = try laptop.keys.key(for: PairingTests.installation, moduleSerial: result.serialNumber)
    return (rig, try #require(kept?.secret))
  }

  private func read(
    _ rig: ModuleRig, key: SecretKey? = nil, judge: Judge? = nil,
    reason: InspectionCheck.Reason = .noPlatform
  ) throws -> ModuleReading {
    try ModuleReading(
      rig.link.client(), key: { _, _ in key },
      authority: judge.map { .success($0) } ?? .failure(.init(reason)),
      random: { Array(repeating: 7, count: $0) })
  }

  @Test func `the laptop judges with the key it has, and asks nobody`() throws {
    let (rig, key) = try paired()
    let judge = Judge()
    let reading = try read(rig, key: key, judge: judge)
    #expect(reading.proof == .proven && judge.asked.isEmpty)
    let module = reading.findings
    #expect(module.keyID == key.keyID && module.installation == PairingTests.installation.text)
    #expect(module.code == PairingTests.settings.code && module.platform == PairingTests.settings.platform)
    #expect(module.sealIsClosed && module.state.starts == 1 && module.state.provenUpdates == 0)
    #expect(try read(rig, key: PairingTests.foreignKey).proof == .wrong)
  }

  @Test func `without the key the platform judges, and never sees a proof that it could give away`() throws {
    let (rig, key) = try paired()
    let judge = Judge()
    judge.key = key
    #expect(try read(rig, judge: judge).proof == .proven)
    guard case .prove(let answer) = judge.asked.last?.purpose else {
      Issue.record("not asked to judge")
      return
    }
    #expect(answer.count == 32 && judge.asked.last?.keyID == key.keyID)
    judge.key = PairingTests.foreignKey
    #expect(try read(rig, judge: judge).proof == .wrong)
    judge.key = nil
    for (answer, reason) in [
      (.unreachable, .platformUnreachable), (.unknownKey, .keyUnknown),
      (.refused(code: "x"), .platformRefused), (.proof(Array(repeating: 0, count: 32)), .platformRefused),
    ] as [(ProofAnswer, InspectionCheck.Reason)] {
      judge.answer = answer
      #expect(try read(rig, judge: judge).proof == .notJudged(reason))
    }
    #expect(try read(rig, reason: .platformUnreachable).proof == .notJudged(.platformUnreachable))
  }

  @Test func `a pairing that somebody began answers in the key's place and is no proof`() throws {
    let (rig, key) = try paired()
    try rig.leavePending(PairingTests.foreignKey, for: PairingTests.other)
    #expect(try read(rig, key: key).proof == .pending)
  }

  @Test func `a module without a key proves nothing`() throws {
    let reading = try read(ModuleRig())
    #expect(reading.proof == .notJudged(.nothingToCompare) && reading.findings.keyID == nil)
  }

  @Test func `reading changes nothing on the module`() throws {
    let (rig, key) = try paired()
    let before = try rig.link.client().identity()
    rig.board.sealIsClosed = false
    rig.pass(milliseconds: 100)
    rig.pass(milliseconds: 100)
    for _ in 0..<3 { _ = try read(rig, key: key) }
    let after = try rig.link.client().identity()
    #expect(after.history == before.history && after.sealOpenings == before.sealOpenings + 1)
    #expect(try !read(rig, key: key).sealIsClosed)
    rig.restart()
    // The openings since the last visit are still those since the pairing.
    #expect(try rig.link.client().identity().history.sealOpeningsAtVisit == before.sealOpenings)
  }
}
