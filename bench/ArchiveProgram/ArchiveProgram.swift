import Cryptography
import Fieldbook
import FoundationEssentials
import Glibc
import Records

/// Fills a fieldbook with signed installations from a seed, for `bench/evidence` and for the tests of large archives.
///
///     archive-program fill HOME COUNT PHOTOS BYTES     so many more installations, each with so many photos of about so many bytes
@main
enum ArchiveProgram {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count == 5, arguments[0] == "fill", let count = Int(arguments[2]), count > 0,
      let photos = Int(arguments[3]), photos >= 2, let bytes = Int(arguments[4]), bytes > 0
    else { fail("usage: fill HOME COUNT PHOTOS BYTES, with 2 photos or more") }
    do {
      try Filling(home: arguments[1], photos: photos, bytes: bytes).run(count)
    } catch {
      fail("\(error)")
    }
  }

  private static func fail(_ message: String) -> Never {
    let line = Array("archive-program: \(message)\n".utf8)
    _ = write(2, line, line.count)
    exit(1)
  }
}

/// Numbers that look random and are the same in every run (SplitMix64).
private struct Numbers {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    bytes.withUnsafeMutableBytes { buffer in
      for start in stride(from: 0, to: count, by: 8) {
        let number = next()
        for place in start..<min(start + 8, count) {
          buffer[place] = UInt8(truncatingIfNeeded: number >> UInt64(8 * (place - start)))
        }
      }
    }
    return bytes
  }
}

private final class Filling {
  /// The moment of the first event; the laptop is in China.
  private static let start: Int64 = 1_795_000_000

  private let fieldbook: Fieldbook
  private let photos: Int
  private let bytes: Int
  private var numbers = Numbers(state: 0)
  private var seconds: Int64 = 0

  init(home: String, photos: Int, bytes: Int) throws {
    fieldbook = try Fieldbook(home: home)
    self.photos = photos
    self.bytes = bytes
  }

  private var now: Timestamp { Timestamp(secondsSince1970: Self.start + seconds, offsetSeconds: 28_800) }

  func run(_ count: Int) throws {
    let technician = try technician()
    if let first = CodeSerial("10A000"), let block = CodeBlock(region: "150621", first: first, count: 100_000) {
      _ = try fieldbook.addBlock(block)
    }
    let have = try fieldbook.counts().values.reduce(0, +)
    for number in have..<have + count {
      numbers = Numbers(state: UInt64(number))
      seconds = Int64(number) * 60
      try install(number, by: technician)
    }
  }

  private func technician() throws -> Technician {
    if let technician = try fieldbook.setup().technician { return technician }
    guard let phone = PhoneNumber("13800000001"), let day = CalendarDay("2099-12-31") else {
      throw FieldbookError.cancelled
    }
    let technician = Technician(
      name: PersonName("张三"), phone: phone, company: "达旗焊安", certificate: "T-1", certificateExpires: day)
    _ = try fieldbook.updateSetup { setup in
      setup.technician = technician
      setup.platform = "https://weld.example.cn"
    }
    return technician
  }

  private func install(_ number: Int, by technician: Technician) throws {
    guard let id = InstallationID(uuid()), let phone = PhoneNumber("13900000003") else {
      throw FieldbookError.cancelled
    }
    let opened = try fieldbook.open(
      id,
      InstallationEvent.Registered(
        technician: technician,
        owner: Owner(
          unitID: nil, unitName: WrittenText(asKept: "测量五金店\(number)"), unitType: .individual,
          responsibleName: PersonName("王五"), responsiblePhone: phone, street: "树林召镇", community: nil,
          industry: .autoRepair, industryNote: nil, operators: 2, certifiedOperators: 1),
        welder: Welder(
          brand: nil, model: "ZX7-315", serialNumber: nil, weldingProcess: .manualArc,
          supply: .singlePhase220, sourceType: .inverter, supplyMaxAmps: 40, maxCurrentAmps: 315,
          maxPowerKilowatts: nil, purpose: nil, purchasedOn: nil, condition: .fit),
        code: nil, scheme: SchemeReference(name: "single-phase-inverter", version: "1"), retiredReason: nil,
        remarks: nil), at: now)
    guard let code = opened.code, let lock = try fieldbook.lock(installation: id) else {
      throw FieldbookError.cancelled
    }
    defer { lock.release() }
    let secret = numbers.bytes(32)
    let keyID = String(SHA256Digest(of: secret).hex.prefix(16))
    guard let key = SecretKey(bytes: secret, keyID: keyID) else { throw FieldbookError.cancelled }
    let serial = "M-\(number)"
    try fieldbook.prepare(key, for: id, moduleSerial: serial)
    try fieldbook.markCommitted(keyID: keyID, for: id, moduleSerial: serial)
    seconds += 1
    _ = try fieldbook.append(
      try events(code: code, keyID: keyID, serial: serial), holding: lock, by: technician, at: now)
    seconds += 1
    let proven = try fieldbook.provenRecord(of: id)
    _ = try fieldbook.close(
      proven, with: try agreement(of: id, phone: phone), holding: lock, by: technician, at: now)
  }

  private func events(code: LabelCode, keyID: String, serial: String) throws -> [InstallationEvent] {
    let report = TestReport(
      plan: "standard", startedAt: now,
      steps: [
        TestReport.Step(
          name: "supplyVoltage", measured: 221.4, unit: "V", lower: 198, upper: 242, outcome: .passed)
      ])
    return try [.photographed(photo(.before))]
      + [
        .flashed(
          .init(
            chip: "STM32F405", chipID: nil, firmwareVersion: "1.0.0",
            firmwareSha256: String(repeating: "ab", count: 32), skipped: false)),
        .paired(.init(serialNumber: serial, keyID: keyID, imei: nil, iccid: nil)),
        .labelled(
          LabelRecord(
            code: code, payload: "https://weld.example.cn/w/\(code)", template: "acrylic-60x40", verified: true)),
        .sealed(Seal(number: "S-\(serial)", photoSha256: nil, appliedAt: now, previousNumbers: [])),
        .tested(report),
      ] + (1..<photos).map { _ in .photographed(try photo(.after)) }
      + [.handedOver(Handover(trainedOperators: 2, operatingRules: .drafted, note: nil))]
  }

  /// Bytes in place of a photo: an archive does not look into them.
  private func photo(_ stage: Photo.Stage) throws -> Photo {
    let original = Data(numbers.bytes(bytes / 2 + Int(numbers.next() % UInt64(bytes))))
    let copy = Data(numbers.bytes(original.count / 8 + 1))
    var photo = Photo(
      stage: stage, sha256: try fieldbook.files.store(original), bytes: original.count,
      mediaType: "image/jpeg", takenAt: now, widthPixels: 4_000, heightPixels: 3_000)
    photo.copy = Photo.Copy(sha256: try fieldbook.files.store(copy), bytes: copy.count)
    return photo
  }

  private func agreement(of id: InstallationID, phone: PhoneNumber) throws -> AgreementRecord {
    let document = Data("%PDF-1.7 \(id)".utf8)
    return AgreementRecord(
      sha256: try fieldbook.files.store(document), bytes: document.count, signedAt: now,
      signatory: Signatory(name: PersonName("王五"), phone: phone, capacity: .proprietor),
      strokesSha256: try fieldbook.files.store(Data("{\"strokes\":\"\(id)\"}".utf8)))
  }

  private func uuid() -> String {
    var hex = Hex.encode(numbers.bytes(16))
    for place in [8, 13, 18, 23] { hex.insert("-", at: hex.index(hex.startIndex, offsetBy: place)) }
    return hex
  }
}
