import Cryptography
import FoundationEssentials
import Records

/// The part of an installation's record that this platform reads and checks. Every member is optional, so that
/// all missing ones can be named at once.
struct PlatformRecord: Decodable, Sendable {
  struct Named: Decodable, Sendable { let name: String? }
  struct Unit: Decodable, Sendable { let unitName: String? }
  struct Module: Decodable, Sendable {
    let serialNumber: String?
    let keyID: String?

    private enum CodingKeys: String, CodingKey {
      case serialNumber
      case keyID = "keyId"
    }
  }
  struct Photo: Decodable, Sendable {
    struct Copy: Decodable, Sendable {
      let sha256: String?
      let bytes: Int?
    }

    let stage: String?
    let sha256: String?
    let copy: Copy?
  }
  struct Test: Decodable, Sendable { let passed: Bool? }
  struct Label: Decodable, Sendable { let code: String? }
  struct Seal: Decodable, Sendable {
    let number: String?
    let photoSha256: String?
  }
  struct Agreement: Decodable, Sendable { let sha256: String? }
  struct Repair: Decodable, Sendable {
    let fault: String?
    let unsafe: Bool?
    let closedAt: String?
    let addendum: Agreement?
  }

  let schema: String?
  let id: String?
  let code: String?
  let status: String?
  let revision: Int?
  let previousSha256: String?
  let openedAt: String?
  let retiredReason: String?
  let refusedReason: String?
  let technician: Named?
  let owner: Unit?
  let module: Module?
  let photos: [Photo]?
  let test: Test?
  let label: Label?
  let seal: Seal?
  let agreement: Agreement?
  let earlierAgreements: [Agreement]?
  let repairs: [Repair]?

  /// Digests of the files that have to be there before the record is accepted, without repetition. The copy of a photo
  /// stands for its original, which may follow.
  var files: [String] {
    var seen: Set<String> = []
    let digests =
      (photos ?? []).map { $0.copy?.sha256 ?? $0.sha256 } + [seal?.photoSha256, agreement?.sha256]
      + (earlierAgreements ?? []).map(\.sha256) + (repairs ?? []).map(\.addendum?.sha256)
    let following = Set((photos ?? []).compactMap { $0.copy == nil ? nil : $0.sha256 })
    return digests.compactMap { $0 }.filter { !following.contains($0) && seen.insert($0).inserted }
  }

  /// Digests of all files that belong to the record, the originals of photos included.
  private var digests: [String] {
    files + (photos ?? []).compactMap { $0.copy == nil ? nil : $0.sha256 }
  }

  // MARK: - Judging

  /// All faults that can be found in the record alone; `id` is the id in the request's address.
  func faults(at id: String) -> [PlatformErrorDetail] {
    var faults: [PlatformErrorDetail] = []
    func expect(_ holds: Bool, _ path: String, _ message: String) {
      if !holds { faults.append(PlatformErrorDetail(path: path, code: "record.field", message: message)) }
    }
    expect(schema == Installation.schema, "schema", "must be \(Installation.schema)")
    expect(self.id == id, "id", "must be the id of the address")
    expect((1...1_000_000).contains(revision ?? 0), "revision", "must be 1 to 1000000")
    expect(
      revision == 1 ? previousSha256 == nil : Hex.isLowerCase(previousSha256 ?? "", byteCount: 32),
      "previousSha256",
      "must be the digest of the revision before, from revision 2 on")
    expect(openedAt.flatMap(Timestamp.init) != nil, "openedAt", "must be an RFC 3339 time")
    expect(technician?.name?.isEmpty == false, "technician.name", "must not be empty")
    expect(owner?.unitName?.isEmpty == false, "owner.unitName", "must not be empty")
    expect(code.map { LabelCode($0)?.description == $0 } ?? true, "code", "must be a label code")
    expect(
      digests.allSatisfy { Hex.isLowerCase($0, byteCount: 32) }, "photos", "every sha256 must be lower-case hex"
    )
    expect(
      (photos ?? []).compactMap(\.copy).allSatisfy { $0.sha256 != nil && ($0.bytes ?? 0) >= 1 }, "photos.copy",
      "every copy has its sha256 and its bytes")
    expect(
      (repairs ?? []).allSatisfy { $0.fault?.isEmpty == false }, "repairs.fault",
      "every repair says what is wrong")
    switch status {
    case "closed", "delivered": expectComplete(expect)
    case "outOfUse":
      expectComplete(expect)
      expect(
        repairs?.last.map { $0.unsafe == true && $0.closedAt == nil } == true, "repairs",
        "the last one must be of an unsafe welder, and not over")
    case "retired":
      expect(code == nil || agreement != nil, "code", "a welder that was never fitted takes none")
      expect(photos?.isEmpty == false, "photos", "a retired welder needs one")
      expect(retiredReason?.isEmpty == false, "retiredReason", "must not be empty")
    case "refused": expect(refusedReason?.isEmpty == false, "refusedReason", "must not be empty")
    case "void": break
    default: expect(false, "status", "must be closed, outOfUse, retired, refused or void")
    }
    return faults
  }

  private func expectComplete(_ expect: (Bool, String, String) -> Void) {
    let stages = Set((photos ?? []).compactMap(\.stage))
    expect(code != nil, "code", "must be there")
    expect(Hex.isLowerCase(module?.keyID ?? "", byteCount: 8), "module.keyId", "must be there")
    expect(module?.serialNumber?.isEmpty == false, "module.serialNumber", "must be there")
    expect(stages.isSuperset(of: ["before", "after"]), "photos", "before and after must be there")
    expect(test?.passed == true, "test.passed", "must be true")
    expect(label?.code == code, "label.code", "must be the code")
    expect(seal?.number?.isEmpty == false, "seal.number", "must be there")
    expect(Hex.isLowerCase(agreement?.sha256 ?? "", byteCount: 32), "agreement.sha256", "must be there")
  }
}
