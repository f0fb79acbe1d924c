import Agreements
import Company
import Cryptography
import Fieldbook
import Files
import FoundationEssentials
import Ledger
import Records
import Sync
import Terminal

extension Workplace {
  // MARK: - What was delivered

  /// The objects that laptops delivered to an address: a folder by its path or as `file:///…`, or a bucket.
  /// - Parameter bucket: the service and the credentials of a bucket.
  /// - Throws: `CompanyAddressRefused`, `CompanyError.folder`, `DeliveryRefused`, `SyncError`.
  func deliveredObjects(at address: String, _ bucket: BucketOptions) throws -> any DeliveredObjects {
    guard let colon = address.firstRange(of: "://") else {
      return try DeliveredFolder(FilePath(absolutePath(address)))
    }
    switch address[..<colon.lowerBound] {
    case "file":
      guard case .folder(let path)? = try? DeliveryAddress(address) else { throw CompanyAddressRefused.file }
      return try DeliveredFolder(FilePath(path))
    case "s3":
      let delivery = try bucket.delivery(to: DeliveryAddress(address), same: nil, environment: environment)
      let sleep: @Sendable (Duration) -> Void = { [interruption] in pause($0, unless: interruption) }
      return try s3Store(delivery, retry: Retry(sleep: sleep))
    default: throw CompanyAddressRefused.unknown
    }
  }

  /// Whether an address is a folder that `setup` has marked as one that laptops deliver to, even an empty
  /// folder.
  func isDeliveryFolder(_ address: String) -> Bool {
    guard address.firstRange(of: "://") != nil else {
      return FolderStore(folder: absolutePath(address)).isMarked
    }
    guard case .folder(let path)? = try? DeliveryAddress(address) else { return false }
    return FolderStore(folder: path).isMarked
  }

  // MARK: - Judging

  /// The functions that check delivered agreements and timestamps.
  /// - Parameter judgesAgreements: whether sealed agreements are checked; false takes them as they are.
  func companyJudges(_ roots: TrustedRoots, judgesAgreements: Bool) -> CompanyLoad.Judges {
    let now = clock.now()
    func verified(_ file: Data) throws(AgreementFault) -> AgreementVerification {
      try AgreementVerification(file, trusting: roots.seals, timestampRoots: roots.timestamps, now: now)
    }
    return CompanyLoad.Judges(
      agreement: judgesAgreements
        ? { file in
          do throws(AgreementFault) {
            let verification = try verified(file)
            return AgreementJudgement(verification.isTrusted ? .trusted : .unvouched) { installation in
              verification.agreementSha256 == installation.agreement?.sha256
                ? verification.difference(from: installation) : "agreement.sha256"
            }
          } catch {
            return AgreementJudgement(UnsealedAgreement(file) == nil ? .changed : .notSealed)
          }
        } : nil,
      timestamp: { agreement, token in
        guard let sealed = try? SealedAgreement(file: agreement),
          let joined = try? sealed.joined(with: TimestampToken(der: [UInt8](token)))
        else { return false }
        do throws(AgreementFault) { return try verified(joined).seal.timestamp != nil } catch { return false }
      })
  }

  // MARK: - The ledger

  /// The ledger from which forms and figures are made: this laptop's, or that of the company's database where a
  /// command names one.
  /// - Throws: `CompanyError`, `FieldbookError`.
  func ledger(of options: LedgerFilterOptions) throws -> Fieldbook {
    guard let address = options.database else { return try fieldbook() }
    let gathered = try Fieldbook.gathering()
    var rows: [LedgerRow] = []
    let doubts = try CompanyLedger.forEachRow(of: address, isCancelled: interruption) { row in
      rows.append(row)
      guard rows.count == 1_000 else { return }
      try gathered.gather(rows)
      rows.removeAll(keepingCapacity: true)
    }
    try gathered.gather(rows)
    if doubts > 0, !console.isJSON {
      console.say(
        Text(
          zh: "其中 \(doubts) 个对象是带着疑问导入的，也计算在内；company load 列出是哪些",
          en: "\(doubts) objects were loaded with a doubt and count all the same; company load lists them"))
    }
    return gathered
  }

  /// The text of a file of `deploy/sql`.
  func companySchema(_ name: String) throws(CompanyError) -> String {
    guard let folder = environment.shareFolder,
      let bytes = try? read("\(folder)/deploy/sql/\(name).sql", atMost: 1 << 20),
      let text = String(validating: bytes, as: UTF8.self)
    else { throw .schema(file: "\(name).sql") }
    return text
  }
}

/// The error that nothing can be loaded from an address.
enum CompanyAddressRefused: Error, CaseIterable {
  case unknown, file
}
