import Agreements
import Cryptography
import Fieldbook
import FoundationEssentials
import Labels
import Provision
import Records
import Sync
import Terminal

/// Everything that a command works with. Each part is made when it is first used, so that `--version` opens no
/// file and `list` no network. The features are connected to each other here.
final class Workplace {
  let environment: Environment
  let console: Console
  let clock: any Clock
  let home: String
  /// A function that returns whether Ctrl-C was pressed; commands call it between blocks.
  let interruption: @Sendable () -> Bool

  /// A function that returns a number of unpredictable bytes, for keys and challenges.
  var random: (Int) throws -> [UInt8] = SecureRandom.bytes
  /// A function that returns a number of unpredictable bytes on any thread, for the addresses of a page on a
  /// phone, whose server has a thread of its own.
  var randomOnAnyThread: @Sendable (Int) throws -> [UInt8] = { try SecureRandom.bytes($0) }
  /// The installation that the command works on or has opened, which its errors name.
  var concerned: InstallationID?
  /// The home as it was typed on the command line; nil where it was not.
  var typedHome: String?
  /// The address of the page on a phone that this command has shown; nil before.
  var phoneAddress: String?
  /// The port that was named or chosen in this run; nil before.
  var answeredPort: String?
  private var openFieldbook: Fieldbook?
  private var loadedCatalogue: SchemeCatalogue?

  init(
    environment: Environment, console: Console, clock: any Clock, home: String,
    interruption: @escaping @Sendable () -> Bool
  ) {
    self.environment = environment
    self.console = console
    self.clock = clock
    self.home = home
    self.interruption = interruption
  }

  var isInterrupted: Bool { interruption() }

  // MARK: - The record

  func fieldbook() throws -> Fieldbook {
    if let openFieldbook { return openFieldbook }
    let fieldbook = try Fieldbook(home: home)
    openFieldbook = fieldbook
    return fieldbook
  }

  /// The technician of this laptop.
  /// - Throws: `SetupMissing.setup`, `SetupMissing.technician` in a company's office,
  ///   `SetupMissing.installer` on an inspector's laptop.
  func technician() throws -> Technician {
    let setup = try fieldbook().setup()
    if setup.desk == true { throw SetupMissing.technician }
    if setup.inspector != nil { throw SetupMissing.installer }
    guard let technician = setup.technician else { throw SetupMissing.setup }
    return technician
  }

  /// The technician of this laptop, whose certificate is valid today.
  /// - Throws: as `technician()`, and `StepRefused` where the certificate has expired.
  @discardableResult
  func technicianAtWork() throws -> Technician {
    let technician = try technician()
    guard technician.mayWork(on: clock.now().day) else {
      throw StepRefused(step: nil, refusal: .certificateExpired(technician.certificateExpires))
    }
    return technician
  }

  /// The person who inspects with this laptop: its inspector, or else its technician.
  /// - Throws: as `technicianAtWork()`.
  func inspector() throws -> Inspector {
    try fieldbook().setup().inspector ?? Inspector(technicianAtWork())
  }

  /// The platform's address.
  /// - Throws: `SetupMissing.platform`.
  func platformAddress() throws -> String {
    guard let platform = try fieldbook().setup().platform else { throw SetupMissing.platform }
    return platform
  }

  /// The path in the folder of readable copies: by the code, or by the id of an installation without a code.
  func documentPath(of installation: Installation, named name: String) -> String {
    "\(home)/documents/\(installation.code?.description ?? installation.id.text)/\(name)"
  }

  /// The path of the readable copy of the latest agreement. An earlier agreement, signed before the record was
  /// corrected, keeps its own copy.
  func agreementPath(of installation: Installation) -> String {
    agreementPath(of: installation, number: (installation.earlierAgreements?.count ?? 0) + 1)
  }

  /// The path of the readable copy of one of a record's agreements.
  /// - Parameter number: 1 for the first agreement, 2 for the one that was signed after the first correction.
  func agreementPath(of installation: Installation, number: Int) -> String {
    documentPath(of: installation, named: number == 1 ? "agreement.pdf" : "agreement-\(number).pdf")
  }

  /// The path of the readable copy of the owner's confirmation of a repair.
  /// - Parameter number: the number of the repair, from 1.
  func addendumPath(of installation: Installation, number: Int) -> String {
    documentPath(of: installation, named: "addendum-\(number).pdf")
  }

  /// The path of the latest agreement's copy in English, which is for reading.
  func readingCopyPath(of installation: Installation) -> String {
    let number = (installation.earlierAgreements?.count ?? 0) + 1
    return documentPath(
      of: installation, named: number == 1 ? "agreement.en.pdf" : "agreement-\(number).en.pdf")
  }

  // MARK: - What is shipped beside the program

  func catalogue() throws -> SchemeCatalogue {
    if let loadedCatalogue { return loadedCatalogue }
    let catalogue = try SchemeCatalogue(directory: try share("schemes"))
    loadedCatalogue = catalogue
    return catalogue
  }

  /// The clauses of agreements: the company's own, or else those that are shipped.
  /// - Throws: `AgreementError.terms`, `FileError`, `SetupMissing.share`.
  func agreementTerms() throws -> AgreementTerms {
    if let own = try fieldbook().setup().agreementTerms {
      return try AgreementTerms(json: Data(own.utf8), drawnBy: glyphs)
    }
    return try AgreementTerms(
      json: read(share("agreement-terms/dalad.json"), atMost: AgreementTerms.maxBytes), drawnBy: glyphs)
  }

  /// The English wording of the clauses that are shipped, which is for reading; a company's own clauses have none.
  /// - Throws: `AgreementError.terms`, `FileError`, `SetupMissing.share`.
  func termsTranslation() throws -> TermsTranslation {
    try TermsTranslation(
      json: read(share("agreement-terms/dalad.en.json"), atMost: AgreementTerms.maxBytes), drawnBy: glyphs)
  }

  /// The operating rules that a unit hangs up.
  /// - Throws: `AgreementError.terms`, `FileError`, `SetupMissing.share`.
  func operatingRules() throws -> OperatingRulesText {
    try OperatingRulesText(
      json: read(share("agreement-terms/operating-rules.json"), atMost: AgreementTerms.maxBytes),
      drawnBy: glyphs)
  }

  func labelTemplates() throws -> LabelTemplateCatalogue {
    LabelTemplateCatalogue(directory: try share("label-templates"))
  }

  /// The folder with the parts of the page on a phone.
  /// - Throws: `SetupMissing.share`.
  func companionPages() throws -> String { try share("companion-pages") }

  func firmwareShelf() throws -> FirmwareShelf { FirmwareShelf(folder: try share("firmware")) }

  private func share(_ folder: String) throws -> String {
    guard let share = environment.shareFolder else { throw SetupMissing.share }
    return "\(share)/\(folder)"
  }

  // MARK: - Labels

  var tables: TableReader {
    let converter = SpreadsheetConverter(environment: environment, home: home, isInterrupted: interruption)
    return TableReader(read: { try self.read($0, atMost: $1) }, convert: converter.convert(_:_:))
  }

  var tagStore: TagStore {
    TagStore(path: "\(home)/label-tags.csv", tables: tables) { try self.writeSynced($0, to: $1) }
  }

  /// - Throws: `SetupMissing.platform`.
  func labelTexts() throws -> LabelTexts {
    LabelTexts(fieldbook: try fieldbook(), tags: tagStore, platform: try platformAddress())
  }

  func labelShop() throws -> LabelShop {
    LabelShop(
      fieldbook: try fieldbook(), clock: clock,
      files: LabelShop.Files(
        write: { try self.write($0, to: $1) }, writeSynced: { try self.writeSynced($0, to: $1) },
        makeFolder: { try self.makeFolder($0) }),
      printerDraft: "\(home)/printing", isCancelled: interruption)
  }

  func codeSupply() throws -> CodeSupply {
    CodeSupply(
      fieldbook: try fieldbook(), client: { try self.platformClient(exchangeTimeout: .seconds(15)) },
      tell: { self.console.say($0) })
  }

  // MARK: - The platform

  /// Makes a client of the platform. The client sends the token only to the platform that it was issued for.
  /// - Parameters:
  ///   - exchangeTimeout: the maximum time for one request and its answer; bodies add time by their size.
  ///   - maxBytesPerSecond: the maximum rate of sending; nil for no limit.
  /// - Throws: `SyncError` where the address or the token is not valid; `TokenRefused`.
  func platformClient(
    exchangeTimeout: Duration = .seconds(60), maxBytesPerSecond: Int? = nil
  ) throws -> PlatformClient {
    let setup = try fieldbook().setup()
    let address = try platformAddress()
    var token: String?
    if let file = setup.tokenFile, let origin = setup.tokenOrigin {
      guard try PlatformClient.origin(of: address) == origin else { throw TokenRefused.otherPlatform(origin) }
      token = try readToken(file)
    } else if let file = setup.tokenFile {
      // The setup is from a version in which tokens did not name their platform.
      token = try readToken(file)
    }
    return try PlatformClient(
      PlatformClient.Configuration(
        address: address, token: token, userAgent: "weldtech/\(Version.current)",
        connectTimeout: .seconds(10),
        idleTimeout: max(
          min(exchangeTimeout, .seconds(30)), .seconds(131_072 / (maxBytesPerSecond ?? 131_072))),
        exchangeTimeout: exchangeTimeout, minBytesPerSecond: min(2048, (maxBytesPerSecond ?? 4096) / 2),
        maxBytesPerSecond: maxBytesPerSecond),
      isCancelled: interruption)
  }

  func platformPin() throws -> PlatformPin {
    PlatformPin(
      fieldbook: try fieldbook(), clock: clock,
      ask: { try self.platformClient(exchangeTimeout: .seconds(15)).platformKey() },
      tell: { self.console.say($0) })
  }

  /// The setting that this laptop lacks for pairing a module without a network; nil where nothing is missing.
  func lackForPairing() throws -> HealthFinding? {
    if try fieldbook().setup().platform == nil { return .platformMissing }
    return try platformPin().pinned() == nil ? .platformKeyMissing : nil
  }

  /// Prepares the delivery of the queue, or of the keys only, to the platform or to the place of `setup
  /// --deliver-to`.
  /// - Parameters:
  ///   - originals: the time at which the originals of photos are sent; nil takes the setting of `setup`.
  ///   - maxBytesPerSecond: the maximum rate of sending, with which items are sent one at a time; nil for no
  ///     limit.
  ///   - triesSetAsideBefore: the moment before which an item that was set aside must have been tried last to
  ///     be tried again; nil tries all of them.
  func syncRun(
    originals: OriginalsPolicy? = nil, retry: RetryPolicy = RetryPolicy(),
    exchangeTimeout: Duration = .seconds(60), maxBytesPerSecond: Int? = nil,
    triesSetAsideBefore: Timestamp? = nil,
    onEvent: @escaping (SyncEvent) -> Void = { _ in }
  ) throws -> SyncRun {
    let fieldbook = try fieldbook()
    let uploads = UploadAddresses(home: home)
    let pinned = try platformPin().pinned()
    let sleep: @Sendable (Duration) -> Void = { [interruption] in pause($0, unless: interruption) }
    let isLimited = maxBytesPerSecond != nil
    let surroundings = SyncRun.Surroundings(
      sleep: sleep, retry: retry, originals: try originals ?? originalsPolicy(),
      maxRecordsAtOnce: isLimited ? 1 : deliversElsewhere ? 16 : 64, maxFilesAtOnce: isLimited ? 1 : 6,
      triesSetAsideBefore: triesSetAsideBefore, pin: { try self.platformPin().pin($0) }, onEvent: onEvent)
    let objectRetry = Retry(policy: retry, sleep: sleep)
    if let objects = try objectDestination(retry: objectRetry, maxBytesPerSecond: maxBytesPerSecond) {
      guard let pinned else { throw DeliveryRefused.platformKey }
      return SyncRun(
        outbox: fieldbook, files: fieldbook.files, objects: objects, clock: clock, uploads: uploads,
        platformCertificate: pinned, retry: objectRetry, surroundings: surroundings)
    }
    return SyncRun(
      outbox: fieldbook, files: fieldbook.files,
      client: try platformClient(exchangeTimeout: exchangeTimeout, maxBytesPerSecond: maxBytesPerSecond),
      clock: clock, uploads: uploads, platformCertificate: pinned, surroundings: surroundings)
  }

  /// The time at which the originals of photos are sent to the platform, by the setting of `setup`.
  func originalsPolicy() throws -> OriginalsPolicy { try fieldbook().setup().originals ?? .later }

  // MARK: - The cable

  func openPort(_ path: String) throws -> SerialPort {
    do {
      return try SerialPort.open(path, framing: .firmware) { [console] event in
        switch event {
        case .parityNotAvailable: console.sayMore(Text(zh: "此端口没有校验位", en: "this port has no parity"))
        }
      }
    } catch {
      throw PortRefused(error: error)
    }
  }
}
