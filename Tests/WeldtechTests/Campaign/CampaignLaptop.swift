import Arguments
import Fieldbook
import Foundation
import Provision
import Records
import Sync
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// A laptop with its own fieldbook, whose walk is that of the commands.
final class CampaignLaptop {
  private(set) var seed: UInt64 = 0
  private let workplace: Workplace
  private let walk: Walk
  /// The name that distinguishes this laptop's numbers from another's.
  private let name: String
  private var draw = CampaignDraw(seed: 0)

  init(home: String, platform: String, firstCode: String, clock: any Clock) throws {
    let workplace = Workplace(
      environment: .current(),
      console: Console(
        output: Transcript().sink, diagnostics: Transcript().sink, source: Script(isTerminal: false),
        language: .en, isJSON: false, isVerbose: false, noColor: true),
      clock: clock, home: home, interruption: { false })
    self.workplace = workplace
    name = firstCode
    walk = Walk(workplace: workplace)
    let fieldbook = try workplace.fieldbook()
    try fieldbook.addBlock(
      CodeBlock(region: "150621", first: try #require(CodeSerial(firstCode)), count: 5_000)!)
    try fieldbook.updateSetup {
      $0.technician = Self.technician
      $0.platform = platform
    }
    workplace.random = { [unowned self] count in
      (0..<count).map { _ in UInt8(truncatingIfNeeded: self.draw.next()) }
    }
  }

  private static let technician = Technician(
    name: PersonName("欧阳锋"), phone: PhoneNumber("13800000000")!, company: "达旗焊安", certificate: "T-1",
    certificateExpires: CalendarDay("2027-06-30")!)

  /// Sets the laptop's keys and ids for this run.
  func seed(_ seed: UInt64) {
    self.seed = seed
    draw = CampaignDraw(
      seed: seed ^ UInt64(truncatingIfNeeded: name.utf8.reduce(7) { $0 * 131 + Int($1) }) << 32)
  }

  /// Opens an installation of a welder with this supply, and takes it up to its pairing.
  func open(
    _ seed: UInt64, _ number: Int, _ supply: Supply = .threePhase380
  ) throws -> InstallationID {
    let digits = String(
      format: "%08x-0000-4000-8%03x-%012x", UInt32(truncatingIfNeeded: seed), number, draw.below(1 << 40))
    let id = try #require(InstallationID(digits))
    let fieldbook = try workplace.fieldbook()
    _ = try fieldbook.open(
      id,
      InstallationEvent.Registered(
        technician: Self.technician,
        owner: Owner(
          unitID: nil, unitName: "树林召汽修", unitType: .individual, responsibleName: PersonName("慕容雪"),
          responsiblePhone: PhoneNumber("13900000000")!, street: "树林召镇", community: nil, industry: .autoRepair,
          industryNote: nil, operators: 2, certifiedOperators: 1),
        welder: Welder(
          brand: nil, model: "ZX7-315", serialNumber: nil, weldingProcess: .manualArc, supply: supply,
          sourceType: .inverter, supplyMaxAmps: 20, maxCurrentAmps: 315, maxPowerKilowatts: 12, purpose: nil,
          purchasedOn: nil, condition: .fit),
        code: nil,
        scheme: SchemeReference(
          name: supply == .threePhase380 ? "three-phase-inverter" : "single-phase-inverter", version: "1"),
        retiredReason: nil,
        remarks: nil), at: workplace.clock.now())
    let lock = try #require(try fieldbook.lock(installation: id))
    defer { lock.release() }
    _ = try fieldbook.append(
      [
        .photographed(try photo(of: id)),
        .flashed(
          .init(
            chip: "STM32F405", chipID: nil, firmwareVersion: "0.1.0",
            firmwareSha256: String(repeating: "ab", count: 32), skipped: false)),
      ], holding: lock, by: Self.technician, at: workplace.clock.now())
    return id
  }

  private func photo(of id: InstallationID) throws -> Photo {
    let bytes = Data("a photo of \(id)".utf8)
    return Photo(
      stage: .before, sha256: try workplace.fieldbook().files.store(bytes), bytes: bytes.count,
      mediaType: "image/jpeg", takenAt: workplace.clock.now(), widthPixels: 640, heightPixels: 480)
  }

  func pair(_ id: InstallationID, _ client: SMPClient, _ reason: WrittenText? = nil) throws -> (
    installation: Installation, result: PairingResult
  ) {
    try walk.alone(with: id) {
      // One module is in the records of all runs.
      try walk.pair(
        $0, client: client, serviceReason: reason, duplicateReason: "the same module in every run",
        onEvent: { _ in })
    }
  }

  func test(
    _ id: InstallationID, _ client: SMPClient, onEvent: @escaping (FunctionalTestEvent) -> Void = { _ in }
  ) throws -> Installation {
    try walk.alone(with: id) { try walk.test($0, client: client, plan: nil, onEvent: onEvent) }
  }

  func void(_ id: InstallationID) throws {
    try walk.void(id, reason: WrittenText(asKept: "taken back"))
  }

  func deliverKeys() throws { _ = try workplace.syncRun(retry: RetryPolicy(attempts: 1)).deliverKeys() }

  func latestKey(of id: InstallationID, _ serialNumber: String) throws -> String? {
    try workplace.fieldbook().key(for: id, moduleSerial: serialNumber)?.keyID
  }
}
