import Cryptography
import Drawing
import Fieldbook
import Files
import FoundationEssentials
import Glibc
import Records

/// Makes the fieldbooks that `bench/evidence` and the tests of large archives work on, and measures the seal
/// alone.
///
///     archive-program fill HOME COUNT PHOTOS BYTES   adds COUNT signed installations, each with PHOTOS photos of
///                                                    about BYTES bytes
///     archive-program ready HOME PHOTO PHOTO…        adds an installation that is ready to be signed, with these
///                                                    photos of 4,000 × 3,000 pixels, and prints its id
///     archive-program seal FILE COUNT                seals a sealed agreement anew COUNT times, and prints the
///                                                    seconds
@main
enum ArchiveProgram {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      switch (arguments.first, arguments.count) {
      case ("fill"?, 5):
        guard let count = Int(arguments[2]), count > 0, let photos = Int(arguments[3]), photos >= 2,
          let bytes = Int(arguments[4]), bytes > 0
        else { fail("COUNT and BYTES are numbers from 1, PHOTOS from 2") }
        try Filling(home: arguments[1], photos: photos, bytes: bytes).run(count)
      case ("ready"?, 4...):
        let files = arguments.dropFirst(2)
        let id = try Filling(home: arguments[1], photos: files.count, bytes: 1).ready(Array(files))
        print(id)
      case ("seal"?, 3):
        guard let count = Int(arguments[2]), count > 0 else { fail("COUNT is a number from 1") }
        print(try seconds(sealing: arguments[1], count: count))
      default: fail("usage: fill HOME COUNT PHOTOS BYTES | ready HOME PHOTO PHOTO… | seal FILE COUNT")
      }
    } catch {
      fail("\(error)")
    }
  }

  /// The seconds in which an agreement is sealed `count` times with a key of P-256, the file with the seal made
  /// each time.
  private static func seconds(sealing path: String, count: Int) throws -> Double {
    let pdf = try SealablePDF(sealed: FilePath(path).contents(maxBytes: 64 << 20))
    let identity = try SealIdentity.selfIssued(
      SealKey.generate(), subject: SealSubject(organization: "达旗焊安", commonName: "张三"))
    let clock = ContinuousClock()
    let time = try clock.measure {
      for _ in 0..<count { _ = try pdf.sealed(with: DetachedSeal.over(pdf.signedContent, by: identity).der) }
    }
    return Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
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
  /// The moment of the first event, seconds since 1970; the laptop is in China.
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
    try addCodes()
    let have = try fieldbook.counts().values.reduce(0, +)
    for number in have..<have + count {
      numbers = Numbers(state: UInt64(number))
      seconds = Int64(number) * 60
      try install(number, by: technician)
    }
  }

  private func addCodes() throws {
    guard let first = CodeSerial("10A000"),
      let block = CodeBlock(region: "150621", first: first, count: 100_000)
    else { throw FieldbookError.cancelled }
    _ = try fieldbook.addBlock(block)
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

  /// Makes an installation that is ready to be signed.
  func ready(_ files: [String]) throws -> InstallationID {
    numbers = Numbers(state: 0xA11)
    seconds = 0
    let technician = try technician()
    try addCodes()
    var photos: [Data] = []
    for file in files { photos.append(try FilePath(file).contents(maxBytes: 64 << 20)) }
    let (id, lock) = try walk(0, photos, by: technician)
    lock.release()
    return id
  }

  private func install(_ number: Int, by technician: Technician) throws {
    let photos = (0..<photos).map { _ in Data(numbers.bytes(bytes / 2 + Int(numbers.next() % UInt64(bytes)))) }
    let (id, lock) = try walk(number, photos, by: technician)
    defer { lock.release() }
    seconds += 1
    let proven = try fieldbook.provenRecord(of: id)
    _ = try fieldbook.close(
      proven, with: try agreement(of: id), holding: lock, by: technician, at: now)
  }

  /// Takes an installation through all steps before the signature.
  private func walk(_ number: Int, _ photos: [Data], by technician: Technician) throws -> (
    InstallationID, InstallationLock
  ) {
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
    let secret = numbers.bytes(32)
    let keyID = String(SHA256Digest(of: secret).hex.prefix(16))
    guard let key = SecretKey(bytes: secret, keyID: keyID) else { throw FieldbookError.cancelled }
    let serial = "M-\(number)"
    try fieldbook.prepare(key, for: id, moduleSerial: serial)
    try fieldbook.markCommitted(keyID: keyID, for: id, moduleSerial: serial)
    seconds += 1
    _ = try fieldbook.append(
      try events(photos, code: code, keyID: keyID, serial: serial), holding: lock, by: technician, at: now)
    return (id, lock)
  }

  private func events(_ photos: [Data], code: LabelCode, keyID: String, serial: String) throws
    -> [InstallationEvent]
  {
    let report = TestReport(
      plan: "standard", startedAt: now,
      steps: [
        TestReport.Step(
          name: "supplyVoltage", measured: 221.4, unit: "V", lower: 198, upper: 242, outcome: .passed)
      ])
    let work: [InstallationEvent] = [
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
    ]
    let pictures = try photos.enumerated().map {
      InstallationEvent.photographed(try photo($0.element, $0.offset == 0 ? .before : .after))
    }
    return pictures.prefix(1) + work + pictures.dropFirst()
      + [.handedOver(Handover(trainedOperators: 2, operatingRules: .drafted, note: nil))]
  }

  /// Stores a photo. An archive does not look into photos, so that any bytes do. A photo of random bytes gets
  /// an upload copy of random bytes, and a real photo gets none.
  private func photo(_ original: Data, _ stage: Photo.Stage) throws -> Photo {
    var photo = Photo(
      stage: stage, sha256: try fieldbook.files.store(original), bytes: original.count,
      mediaType: "image/jpeg", takenAt: now, widthPixels: 4_000, heightPixels: 3_000)
    guard !original.starts(with: [0xFF, 0xD8]) else { return photo }
    let copy = Data(numbers.bytes(original.count / 8 + 1))
    photo.copy = Photo.Copy(sha256: try fieldbook.files.store(copy), bytes: copy.count)
    return photo
  }

  private func agreement(of id: InstallationID) throws -> AgreementRecord {
    guard let phone = PhoneNumber("13900000003") else { throw FieldbookError.cancelled }
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
