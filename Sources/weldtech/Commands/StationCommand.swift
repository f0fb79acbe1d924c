import Arguments
import FoundationEssentials
import Provision
import Records
import Terminal

/// `station`: flashes every module that is plugged in, and records the modules as stock.
enum StationCommand {
  struct Options {
    var slots: String?
    var image: String?
    var manifest: String?
    var allowsDowngrade = false
    var count: Int?
  }

  struct Document: Encodable {
    struct Slot: Encodable {
      var name: String
      var port: String
      var passed = 0
      var failed = 0
      /// Number of paired modules, which were left as they are.
      var leftAlone = 0
    }

    struct Module: Encodable {
      var at: Timestamp
      var slot: String
      var passed: Bool
      /// True for a paired module, which was left as it is; else left out.
      var leftAlone: Bool?
      /// Whether the module had the firmware when it was plugged in.
      var wasThere: Bool?
      var serialNumber: String?
      var firmwareVersion: String?
      var seconds: Double?
      /// The code of the error; nil where there is none.
      var reason: String?
    }

    var passed = 0
    var failed = 0
    /// Number of paired modules, which were left as they are.
    var leftAlone = 0
    var slots: [Slot]
    /// The modules in the order in which they were taken off.
    var modules: [Module] = []
  }

  static var command: Command<Workplace> {
    Command(
      "station",
      Text(zh: "批量烧录固件：插上一个烧一个，按序列号入库", en: "flash every module plugged in and keep them as stock"),
      options: Options(),
      parameters: { parameters in
        parameters.option(
          "slots", \.slots, .file, placeholder: "F.json",
          Text(zh: "工位表：名称和 USB 插口", en: "the slots' names and USB sockets; unless told every adapter"))
        parameters.firmware(image: \.image, manifest: \.manifest, allowsDowngrade: \.allowsDowngrade)
        parameters.option(
          "count", \.count, .int(1...1_000_000), placeholder: "N",
          Text(zh: "做完 N 个就结束（默认到 Ctrl-C 为止）", en: "end after N modules; unless told at Ctrl-C"))
      }, run: run)
  }

  // MARK: - Running

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    if options.image != nil, options.manifest == nil { throw UsageError.missing(option: "manifest") }
    let slots = try options.slots.map(readSlots) ?? StationSlots(PortInfo.all()).slots
    guard !slots.isEmpty else { throw HealthFinding.port(.nothingPluggedIn) }
    let source = try workplace.firmwareShelf().source(
      image: options.image, manifest: options.manifest, for: slots.map(\.port))
    let allowsDowngrade = options.allowsDowngrade
    let notes = workplace.flashFolder
    let station = try start(slots) { index, sleep in
      StationSlot(
        open: { () throws(LinkError) in try SerialPort.open(slots[index].port, framing: .firmware) },
        notes: { FlashNotesFolder(folder: notes, port: slots[index].port) },
        source: source, options: Flasher.Options(allowsDowngrade: allowsDowngrade),
        now: { ContinuousClock.now }, sleep: sleep)
    }
    defer { station.stop() }
    let board = StationBoard(slots: slots, console: workplace.console)
    var document = Document(slots: slots.map { Document.Slot(name: $0.name, port: $0.port) })
    while station.isWorking {
      if workplace.isInterrupted || document.passed + document.failed >= options.count ?? .max {
        station.stop()
      }
      for report in station.takeReports() {
        try keep(report, in: &document, workplace)
        board.show(report, counts: document.slots[report.slot])
      }
      pause(.milliseconds(50), unless: { false })
    }
    for report in station.takeReports() { try keep(report, in: &document, workplace) }
    board.close()
    try workplace.console.answer(document) { tell(document, to: workplace.console) }
    if workplace.isInterrupted { return ExitCode.cancelled.rawValue }
    return document.failed == 0 ? ExitCode.done.rawValue : ExitCode.failed.rawValue
  }

  /// - Throws: `SlotsRefused`.
  private static func readSlots(_ path: String) throws -> [StationSlots.Slot] {
    do throws(ProvisionError) { return try StationSlots(path: path).slots } catch {
      guard case .document(let file, let fault) = error else { throw error }
      throw SlotsRefused(file: file, fault: fault)
    }
  }

  private static func start(
    _ slots: [StationSlots.Slot],
    _ makeSlot: @escaping @Sendable (Int, @escaping @Sendable (Duration) -> Void) -> StationSlot
  ) throws -> Station {
    do { return try Station(slotCount: slots.count, makeSlot: makeSlot) } catch {
      throw PortRefused(error: error)
    }
  }

  /// Stores a module, which counts only once it is in the fieldbook.
  private static func keep(
    _ report: Station.Report, in document: inout Document, _ workplace: Workplace
  ) throws {
    let slot = document.slots[report.slot].name
    let at = workplace.clock.now()
    switch report.event {
    case .passed(let module, let wasThere, let duration):
      try workplace.fieldbook().stock(module, slot: slot, at: at)
      document.passed += 1
      document.slots[report.slot].passed += 1
      document.modules.append(
        Document.Module(
          at: at, slot: slot, passed: true, wasThere: wasThere, serialNumber: module.serialNumber,
          firmwareVersion: module.firmwareVersion, seconds: (duration / .milliseconds(1)).rounded() / 1000))
    case .failed(let failure):
      let reason = failure.error.failure.code
      try workplace.fieldbook().recordFailedModule(slot: slot, reason: reason, at: at)
      document.failed += 1
      document.slots[report.slot].failed += 1
      document.modules.append(Document.Module(at: at, slot: slot, passed: false, reason: reason))
    case .leftAlone(let serialNumber, let keyID):
      document.leftAlone += 1
      document.slots[report.slot].leftAlone += 1
      let reason = FlashError.paired(serialNumber: serialNumber, keyID: keyID).failure.code
      document.modules.append(
        Document.Module(
          at: at, slot: slot, passed: false, leftAlone: true, serialNumber: serialNumber, reason: reason))
    case .waitingForPort, .portRefused, .waitingForModule, .step: break
    }
  }

  private static func tell(_ document: Document, to console: Console) {
    console.table(
      [Text(zh: "工位", en: "slot"), Text(zh: "合格", en: "passed"), Text(zh: "不合格", en: "failed")],
      document.slots.map { [$0.name, "\($0.passed)", "\($0.failed)"] })
    let failures = document.modules.filter { $0.leftAlone != true }
    let reasons = failures.compactMap(\.reason).reduce(into: [:]) { $0[$1, default: 0] += 1 }
    for (reason, count) in reasons.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      console.put(Text(zh: "\(count) 个不合格：\(reason)", en: "\(count) failed: \(reason)"))
    }
    if document.leftAlone > 0 {
      console.put(
        Text(
          zh: "\(document.leftAlone) 个已配对，没有动它", en: "\(document.leftAlone) paired already and left alone"))
    }
    console.put(
      Text(
        zh: "合计：合格 \(document.passed)，不合格 \(document.failed)",
        en: "in all: \(document.passed) passed, \(document.failed) failed"))
  }
}

/// The error that a list of slots is not valid. A person wrote the list, so that installing the program again
/// does not help.
struct SlotsRefused: Error {
  let file: String
  let fault: DocumentFault
}

extension SlotsRefused: Explained {
  var failure: Failure {
    Failure(
      code: "provision.document", message: fault.message(of: file),
      hint: Text(
        zh:
          "改正工位表，如 {\"slots\": [{\"name\": \"A1\", \"port\": \"/dev/ttyUSB0\"}]}；键见 docs/schemas/slots.schema.json",
        en:
          "mend it, like {\"slots\": [{\"name\": \"A1\", \"port\": \"/dev/ttyUSB0\"}]}; docs/schemas/slots.schema.json has its keys"
      ), exit: .badData)
  }
}
