import Agreements
import Archives
import Arguments
import Bench
import Companion
import Company
import Cryptography
import Diagrams
import Drawing
import Fieldbook
import Files
import Foundation
import Labels
import Ledger
import ModuleCore
import Photos
import Sync
import Tables
import Terminal

@testable import Provision
@testable import Records
@testable import weldtech

/// Every existing error, with at least one value for each case.
enum Errors {
  static let all: [any Error] =
    links + flashes + authorities + images + modules + documents + fieldbook + files + photos + walk + setup
    + labels + companion + lists + pictures + templates + fields + entries + sync + delivery
    + cryptography + practice + bench + ailments + agreements + seal + archives + surveys + forms + company

  private static let companion: [any Error] = [
    CompanionError.noNetwork, CompanionError.unknownInterface("wlan9", ["wlp2s0"]),
    CompanionError.unknownInterface("wlan9", []),
    CompanionError.cannotListen(address: "192.168.1.5", errno: 98), CompanionError.page(file: "page.html"),
    CompanionError.folder(path: "/h/companion", errno: 28), CompanionError.random, SignatureReused(id: id),
    AuthorityMissing(), SignatoryPhoneUnproven(),
  ]

  private static let company: [any Error] =
    ([
      .libraryMissing, .cannotConnect(reason: "refused\nagain"), .connectionLost,
      .refused(.prepare, state: "42501"),
      .notPrepared, .fromTheFuture(migration: "0009-x"), .schema(file: "f.sql"), .row(view: "ledger"),
      .folder(FileError("/d", .list, ENOENT)), .empty(place: "/d"), .cancelled,
    ] as [CompanyError]) + CompanyError.AddressFault.allCases.map { CompanyError.address($0) }
    + CompanyError.Statement.allCases.map { CompanyError.refused($0, state: "53100") }
    + CompanyAddressRefused.allCases.map { $0 as any Error }

  static let id = InstallationID("0190f000-0000-4000-8000-00000000000a")!
  private static let code = LabelCode("150621-00A000-" + String(check))!
  private static let check = LabelCode(region: "150621", serial: CodeSerial("00A000")!)!.checkCharacter
  static let day = CalendarDay("2026-11-24")!
  static let laterDay = CalendarDay("2026-12-24")!
  static let digest = String(repeating: "ab", count: 32)

  private static let moment = Timestamp(secondsSince1970: 0, offsetSeconds: 0)
  private static let holders = ["brltty", "ModemManager", "minicom"].map {
    PortProblem.Holder(program: $0, processID: 4711)
  }
  private static let adapter = PortProblem.Adapter(
    usb: PortInfo.USB(
      vendorID: 0x1a86, productID: 0x7523, manufacturer: nil, product: nil, serialNumber: nil), socket: "1-2")

  private static let troubles: [PortProblem] =
    [
      .driverMissing(adapter, module: "ch341"), .adapterTaken(adapter, by: nil),
      .forbidden(port: "/dev/ttyUSB0", group: "dialout", isMember: true),
      .forbidden(port: "/dev/ttyUSB0", group: "dialout", isMember: false),
      .forbidden(port: "/dev/ttyUSB0", group: nil, isMember: false), .nothingPluggedIn,
    ]
    + holders.flatMap { holder -> [PortProblem] in
      [
        .adapterTaken(adapter, by: holder), .held(port: "/dev/ttyUSB0", by: holder),
        .watched(port: "/dev/ttyUSB0", by: holder),
        .locked(port: "/dev/ttyUSB0", file: "/var/lock/LCK..ttyUSB0", by: holder),
      ]
    }

  private static let ailments: [any Error] =
    ([
      .certificateExpires(day), .sealExpires(day),
      .sealEnded(.notValid(from: day, until: day, today: laterDay)), .fewCodes(left: 3), .diskLow(free: 5),
      .clockBehind(now: moment, newest: moment), .recordsRepaired([id]),
    ]
    + [.noChineseFonts, .platformMissing, .platformKeyMissing, .homeOpen(home: "/h", first: "/h", count: 2)]
    + [.noPhoneNetwork, .firewall(interface: "wlp2s0")]
    + troubles.map { .port($0) }) as [HealthFinding]

  private static let linkErrors: [LinkError] = [
    .timeout, .closed, .inUse(port: "/dev/ttyUSB0"), .permission(port: "/dev/ttyUSB0"),
    .notThere(port: "/dev/ttyUSB0"), .notASerialPort(path: "/dev/null"),
    .unsupportedBaudRate(baudRate: 115_200),
    .io(errno: EIO),
  ]

  private static let links: [any Error] =
    linkErrors.map { PortRefused(error: $0) }
    + ModuleRequest.allCases.map { ProvisionError.link(.timeout, during: $0) }

  private static let flashSteps: [FlashStep] = [
    .connecting, .enteringBootloader, .identifying, .chipFound(name: "STM32F405", uniqueID: "00"), .comparing,
    .erasing(sector: 3, of: 12), .writing(bytes: 256, of: 8192), .verifying(bytes: 256, of: 8192), .starting,
    .authorizing, .awaitingOpenSeal, .uploading(bytes: 256, of: 8192),
  ]

  private static let authorities: [any Error] =
    ([
      .unreachable, .elsewhere, .unknownKey, .refused(code: nil), .refused(code: "b"), .wrongProof, .tooSlow,
      .lost,
      .caseClosed,
      .keysUnreadable,
    ] as [AuthorityFailure]).map { FlashError.authority(keyID: "a", $0) }
    + [FlashError.paired(serialNumber: "WT1", keyID: "a")]

  private static let flashes: [any Error] =
    flashSteps.map { FlashError.link(.closed, during: $0) }
    + [
      ProtectionRefused(), FlashError.inBootloader, FlashError.readProtected, FlashError.unprotectedSilent,
      FlashError.keyNotErasable(chip: "ESP32"),
      FlashError.writeProtected(sectors: [4, 5]),
      FlashError.portTaken(by: "brltty", during: .comparing), FlashError.portTaken(by: nil, during: .comparing),
      FlashError.noAnswer, FlashError.bootloaderSilent, FlashError.refused(during: .comparing),
      FlashError.unexpected(0x55, during: .comparing), FlashError.commandMissing(0x44),
      FlashError.unknownChip(productID: 0x411), FlashError.wrongChip(found: 0x411, wanted: 0x413),
      FlashError.noRelease(chip: "STM32F405"), FlashError.downgrade(installed: "2.0.0", offered: "1.0.0"),
      FlashError.tooOld(installed: "1.0.0", lowest: "1.5.0", offered: "2.0.0"),
      FlashError.verification(address: 0x0800_0000), FlashError.firmware(.messageTooLong(.reset)),
      FlashError.firmwareSilent, FlashError.cancelled(during: .comparing),
      FlashError.unknownEspressif(magic: 0x1234_5678), FlashError.secured(chip: "ESP32-C3"),
    ]
    + ([
      .invalid, .failed, .checksum, .flashWrite, .flashRead, .readLength, .deflate, .other(0x42),
    ] as [ESP32Status]).map { FlashError.espressif($0, during: .writing(bytes: 256, of: 8192)) }

  private static let images: [any Error] = [
    ImageFault.unreadable(path: "/f", errno: ENOENT), .tooLarge(path: "/f", limit: 10), .manifest(field: ""),
    .manifest(field: "sha256"), .size(stated: 2, found: 1), .digest(stated: digest, found: digest),
    .manifestNotJSON(jsonFaults[4]), .unsigned(signaturePath: "/f.sig"), .signatureFile(path: "/f.sig"),
    .wrongSignature(signer: "company"),
    .unknownKey(keyID: digest), .segment(index: 0, .outsideFlash), .flashMap, .noVectorTable,
    .update(.header), .update(.application), .update(.digest),
    .program(.applicationDigest), .program(.espressif(.magic)), .program(.espressif(.segmentCount(17))),
    .program(.espressif(.chip(9))), .program(.espressif(.truncated)), .program(.espressif(.checksum)),
    .program(.espressif(.digest)), .program(.espressif(.tail)), .program(.espressif(.noBootloader)),
    .program(.espressif(.noPartitionTable)), .program(.espressif(.noApplication)),
  ].map { FlashError.image($0) }

  private static let modules: [any Error] =
    (0...255).map {
      ProvisionError.rejected(ModuleRejection(group: SMPGroup.module, code: $0), during: .start)
    }
    + [
      ProvisionError.rejected(ModuleRejection(group: nil, code: 3), during: .echo),
      ProvisionError.unusableReply(.garbled, during: .readings), ProvisionError.messageTooLong(.configure),
      ProvisionError.otherModule(recorded: "a", connected: "b"),
      ProvisionError.otherKey(recorded: "a", held: nil), ProvisionError.otherKey(recorded: "a", held: "b"),
      ProvisionError.notProven(keyID: "a"), ProvisionError.replacement(keyID: "a", .unreachable),
      ProvisionError.replacement(keyID: "a", .unknownKey),
      ProvisionError.replacement(keyID: "a", .elsewhere),
      ProvisionError.replacement(keyID: "a", .refused(code: nil)),
      ProvisionError.replacement(keyID: "a", .refused(code: "b")),
      ProvisionError.replacement(keyID: "a", .wrongProof), ProvisionError.replacement(keyID: "a", .caseClosed),
      ProvisionError.configurationDiffers(PairingSettings.Field.allCases),
      ProvisionError.notConfirmed(keyID: "a"),
      ProvisionError.badSetting(.platform), ProvisionError.badRandom, ProvisionError.cancelled,
      ProvisionError.test(step: "signal", .link(.timeout, during: .readings)),
    ]

  private static let documents: [any Error] =
    [
      DocumentFault.unreadable(errno: ENOENT), .tooLarge(limit: 10), .notJSON(jsonFaults[0]),
      .field(path: "steps[0]", step: nil, .missing), .field(path: "unit", step: "signal", .notAChoice),
    ].flatMap {
      [ProvisionError.document(file: "a.json", $0), SlotsRefused(file: "a.json", fault: $0)] as [any Error]
    }
    + [
      ProvisionError.noSuchScheme("a"), ProvisionError.noSuchPlan("a"),
      NoSchemeFits(mismatches: [.init(scheme: "a", properties: InstallationScheme.Property.allCases)]),
    ]

  private static let agreements: [any Error] =
    agreementFaults + [RootUnreadable(path: "root.pem")]

  private static let agreementFaults: [AgreementFault] =
    sealFaults.flatMap { fault -> [AgreementFault] in
      [.seal(fault, .byte(120_000)), .seal(fault, .content(nil))]
    }
    + pdfFaults.flatMap { fault -> [AgreementFault] in
      [.structure(fault), .seal(sealFaults[0], .content(.unreadable(fault)))]
    }
    + PDFPiece.Part.allCases.map {
      .seal(sealFaults[0], .content(.piece(PDFPiece.Subject($0, "3"), 4_711..<5_000)))
    }
    + [AgreementFault.EmbeddedFault.missing, .unknownFile, .malformed(path: "owner.unitName"), .notCanonical]
    .map { .embedded(name: "record.json", $0) }
    + AgreementFault.Disagreement.allCases.map { .disagreement($0) }
    + [.page(number: 2, text: 17), .form(offset: 9, .noByteRange)]

  private static let sealFaults: [SealFault] =
    [
      SealFault.Reason.encoding, .tooLarge(maxBytes: 65_536), .digest, .signature, .algorithm, .key,
      .attributes,
      .otherCertificate, .noCertificate, .certificate, .unusedCertificate, .unknownPart, .purpose,
    ].flatMap { reason in
      SealFault.Place.allCases.map { SealFault($0, reason, at: 12, isInTimestamp: reason == .purpose) }
    }

  private static let pdfFaults: [PDFFault] = PDFFault.Part.allCases.map { PDFFault($0, at: 4_711) }

  private static let storeFaults: [StoreFault] = [
    .busy, .diskFull, .readOnly, .cannotOpen, .corrupt, .notADatabase, .inputOutput(10), .constraint(19),
    .other(1),
  ]

  private static let fieldbook: [any Error] =
    storeFaults.map { FieldbookError.store($0) }
    + [
      FieldbookError.home(path: "/h", operation: .write, errno: ENOSPC),
      .home(path: "/h", operation: .write, errno: EACCES), .home(path: "/h", operation: .write, errno: EROFS),
      .strangeEntry(path: "/h/locks"), .databaseMissing(path: "/h/fieldbook.sqlite"), .recordAhead(id),
      .cancelled,
      .notAFieldbook(path: "/h"),
      .fromTheFuture(migration: "0009"), .damagedRow(table: "t", key: "k"), .logBroken(seq: 3, .gap),
      .notFound("3f2a"), .ambiguous("3f2a", matches: [id, id]), .referenceTooShort("3f"), .alreadyOpen(id),
      .refused(.void), .alreadyRegistered, .retiredNeedsReason, .retiredNeedsPhoto, .retiredTakesNoCode,
      .unencodable(event: "tested"), .codesExhausted(left: 3), .draftGone(3), .codeBound(code, to: id),
      .blockOverlaps(CodeBlock(region: "150621", "00A000+5")!),
      .blockGiven(CodeBlock(region: "150621", "00A000+5")!), .unitUnknown("x"),
      .unitAmbiguous(
        "x", units: [Unit(id: "a", name: "x", street: nil, person: nil, phone: nil, welders: 1)]),
      .unitsSame("x"), .recordOfOtherUnit(id, unit: "x"), .labelsPrinted([code], count: 1),
      .labelsPrinted([code], count: 12), .labelsNotPrinted([code], count: 1),
      .labelInOrder(code, output: "/out"),
      .labelIs(code, nil), .labelIs(code, .printing), .labelIs(code, .printed), .labelIs(code, .handedOut),
      .labelIs(code, .spoiled), .fileTooLarge(bytes: 2, largest: 1),
      .fileMissing(sha256: digest), .fileDamaged(sha256: digest), .notADigest, .keyUnknown(keyID: "a"),
      .keyInUse(keyID: "a", by: id), .revisionUnknown(id, revision: 2), .digestDiffers(id, revision: 2),
      .stillPending(id, keys: 1, files: 2), .recordChanged(id),
      .photoUsed(sha256: digest, by: id, stage: .before),
      .pictureUsed(sha256: digest, by: id, stage: .before),
      .photoResembles(
        sha256: digest,
        PhotoResemblance(installation: id, stage: .before, sha256: digest, distance: 9)),
      .welderKnown([id, id]), .moduleKnown(serialNumber: "M-1", [id]),
      .moduleDead(serialNumber: "M-1", id), .recordGoneOn(id),
      .sealUsed(number: "S-1", by: id),
      .clockBehind(now: moment, newest: moment), .clockImplausible(moment), .evidence(id, .record),
      .evidence(id, .entry(seq: 3)), .evidence(id, .unreadableEntry(seq: 3)), .evidence(id, .revision(1)),
      .evidence(id, .fileMissing(name: "agreement.pdf", sha256: digest)),
      .evidence(id, .fileDamaged(name: "photo-before-1.jpg", sha256: digest)),
    ] as [FieldbookError]

  private static let files: [any Error] = [
    FileFailure.unreadable(path: "/f", errno: ENOENT), FileFailure.unwritable(path: "/f", errno: EACCES),
    FileFailure.tooLarge(path: "/f", limit: 10), OutputFailed(cause: .readerGone), AnswersLost(),
    OutputFailed(cause: .failed(errno: ENOSPC)),
    BatchFilesChanged(folder: "/f", missing: ["a"], changed: ["b"]),
  ]

  private static let archives: [any Error] =
    [NothingClosed(id: id), NothingToArchive()]
    + ([
      .notAFile(path: "/dev/stdout"), .archive(FileError("/f", .write, ENOSPC)),
      .archive(FileError("/f", .read, EIO)), .unreadable(entry: "a/data/b", errno: EIO),
      .changed(entry: "a/data/b"), .zip(19), .noMemory, .cancelled, .unencodable(entry: "log.jsonl"),
    ] as [ArchiveError])
    + archiveFaults.flatMap { [ArchiveError.damaged($0), .readBack($0)] }

  private static let archiveFaults: [ArchiveFault] = [
    .end(offset: 5), .header(entry: "a/b", offset: 5), .unreadableHeader(offset: 5),
    .order(entry: "a/b", offset: 5), .gap(entry: "a/b", offset: 5), .tooManyEntries(count: 1_000_000),
    .checksum(entry: "a/b", offset: 5, size: 6), .missing(entry: "a/b"), .unexpected(entry: "a/b"),
    .digest(entry: "a/b", list: "a/manifest-sha256.txt"), .differs(entry: "a/b", offset: 5),
    .tooLarge(entry: "a/b", bytes: 100), .notOfRecord(entry: "a"), .logLine(entry: "a/data/log.jsonl", line: 2),
    .logEntry(entry: "a/data/log.jsonl", line: 2, seq: 7), .replay(entry: "a/data/log.jsonl"),
    .revision(entry: "a/data/record/1.json"),
  ]

  private static let photos: [any Error] =
    ([
      .unreadable(path: "/f", errno: ENOENT), .empty, .tooLarge(bytes: 2, largest: 1),
      .truncated(mediaType: "image/png"), .corrupt(mediaType: "image/png"),
      .tooSmall(widthPixels: 1, heightPixels: 1, least: 240),
      .tooManyPixels(widthPixels: 9, heightPixels: 9, most: 10),
      .tooMuchMemory(widthPixels: 9, heightPixels: 9, fittingWidthPixels: 8, fittingHeightPixels: 8),
    ] + FileKind.allCases.map { .notAPhoto($0) }).map { PhotoRejected(file: "/f", error: $0) }
    + [PhotoDeclined(file: "/f")]

  private static let refusals: [StepRefusal] = [
    .needs(Step.walk), .needs([]), .certificateExpired(day), .surveyed, .registered, .retired, .refused, .void,
    .closed,
    .signedBefore, .testNotPassed,
    .testOutdated, .testBeforeSeal, .sealOutdated, .flashUnfinished, .otherCode(code), .repairOpen, .noRepair,
    .repairNotBegun, .notInstalled, .moduleOnRecord("M-1"), .otherModule("M-1"),
    .moduleTakenOut("M-1"), .testBeforeRepair,
  ]

  private static let jsonFaults: [JSONFault] = [
    .tooLarge(maxBytes: 9), .tooDeep(maxDepth: 64), .encoding, .unfinished, .unexpected, .number,
  ].map { JSONFault(reason: $0, offset: 9, line: 2, column: 3) }

  private static let strokes: [AgreementError.StrokesFault] = [
    .notJSON(jsonFaults[1]), .missing, .wrongType, .outOfRange(lower: 0, upper: 1), .tooMany(most: 5),
    .noSignature,
  ]

  private static let terms: [AgreementError.TermsFault] = [
    .notJSON(jsonFaults[1]), .missing, .wrongType, .otherSchema(expected: "weldtech.agreement-terms/1"),
    .notAName,
    .tooLong(most: 40), .count(lower: 1, upper: 20),
    .character(UnusableCharacter("\u{7}", reason: .noGlyph, position: 3)),
  ]

  private static let walk: [any Error] =
    Step.walk.flatMap { step in refusals.map { StepRefused(step: step, refusal: $0) } }
    + strokes.map { AgreementError.strokes(path: "strokes[0][1].x", $0) }
    + terms.map { AgreementError.terms(path: "sections[0].heading", $0) }
    + [
      AgreementError.incomplete([.pair, .test]), AgreementError.noGlyph(["\u{E863}", "𛀀"]),
      DrawingError.sealedPDF(offset: 9, .digit),
      DrawingError.sealedPDF(offset: 9, .sealTooLarge(bytes: 20_000)),
      AgreementError.drawing(.outOfMemory), AgreementError.sealing(.notSeal), AgreementError.textChanged,
      ReadingCopyMissing(id: id),
      TraineesDiffer(named: 3, trained: 2),
      InspectionRefused.recordUnknown(code), InspectionRefused.recordUnreachable(code, .unreachable),
      InspectionRefused.recordUnreachable(nil, .timedOut), InspectionRefused.recordUnreadable(id),
      InspectionRefused.notInstalled(id, .open), InspectionRefused.listUnusable(code),
      InspectionRefused.severalRecords(code, [id, id]), InspectionRefused.recordVoid(id, reason: "twice"),
      InspectionRefused.recordVoid(id, reason: nil), InspectionRefused.recordRefused(id),
      InspectionRefused.noPlatform(code),
      PageTaken(path: "/f.pdf"), OutputTaken(path: "/f.png"), FormThere(path: "/f.xlsx"),
      GivenBlockWaiting(file: "/laptop.json", codes: "00A000..00A0ZZ"),
      NeverInspected(reference: "150621-00A000-X"),
      LabelIsPrinted(code: code, id: id), VoidUnconfirmed(id: id, status: .delivered, isReopened: false),
      PaperMissing(paper: .agreement, id: id), PaperMissing(paper: .label, id: id),
      PaperMissing(paper: .label, id: id, isFromStock: true), NoDesktop(file: "/f.pdf"),
      CorrectionRejected(problems: [FieldProblem(path: "owner.operators", fault: .missing)]),
      ConditionUncorrectable(), NothingToCorrect(), RepairNeedsPhoto(),
      InstallationBusy(id: id), Cancelled(), PromptError.notATerminal, PromptError.cancelled,
      PromptError.endOfInput, CodeMistyped(text: "x"), CodeMistyped(text: "150621-00A000", row: "+5"),
      PromptError.back, RegistrationPaused(command: "weldtech install --draft 3"),
      WalkStopped(cause: SealMistyped(), command: "weldtech install 3f2a9c1b"),
      WalkStopped(cause: Cancelled(), command: "weldtech install 3f2a9c1b"), HandoverNeedsNote(operators: 3),
      SealMistyped(), SyncBusy(), Unforeseen(),
    ]

  private static let setup: [any Error] = [
    SetupMissing.setup, SetupMissing.technician, SetupMissing.share, SetupMissing.platformKey,
    SetupMissing.platform, SetupMissing.installer,
    SetupRejected.phone, SetupRejected.companyPhone, SetupRejected.deskOfTechnician,
    SetupRejected.inspectorOfTechnician,
    SetupRejected.region("15"), SetupRejected.codes("x"),
    LaptopFileRejected(
      file: "laptop.json", problems: [FieldProblem(path: "company", fault: .wrongType).explanation]),
    TokenRefused.empty(path: "/t"), TokenRefused.byteOrderMark(path: "/t"), TokenRefused.blank(path: "/t"),
    TokenRefused.notASCII(path: "/t"), TokenRefused.open(path: "/t", mode: 0o644),
    TokenRefused.otherPlatform("https://example.cn:443"),
  ]

  private static let pictures: [any Error] =
    [
      LabelError.drawing(.pdf(.noPoppler)), .drawing(.pdf(.noPageProgram(errno: 2))),
      .drawing(.pdf(.pageProgramEnded)),
      .drawing(.pdf(.tooLarge)), .drawing(.pdf(.damaged)),
      .drawing(.jpeg(.corrupt)), .drawing(.outOfMemory),
      .drawing(.svg(.feature("use"))), .drawing(.svg(.damaged)), .drawing(.svg(.tooLarge)),
    ].map { PictureRefused(file: "/f", error: $0) } + [
      LabelsBusy(), TagKeyRefused(file: "/f"), DiagramError.noDiagram(scheme: "s"),
      DiagramError.noGlyph(count: 1), DiagramError.drawing(.outOfMemory), PlateUnread.none(file: "/f"),
      PlateUnread.several(file: "/f", [code]),
      PlateUnread.otherPayload("http://other/w/\(code)", expected: "https://p/w/\(code)"),
    ]

  private static let labels: [any Error] =
    [
      LabelError.printerUnknown(name: "zebra", available: ["laser"]),
      .printerUnknown(name: "zebra", available: []),
      .spooler(.noLibrary), .spooler(.unwritable(file: "/f")),
      .spooler(.refused(printer: "zebra", reason: "stopped")), .templateUnreadable(file: "f"),
      .templateTooLarge(file: "f", bytes: 2, maxBytes: 1),
      .templateUnknown(name: "x", available: ["acrylic-60x40"]),
      .resolutionOutOfRange(dotsPerInch: 1, lower: 200, upper: 1200), .platformAddress(.notHTTPS),
      .fieldMissing(template: "t", element: "e", field: "f"),
      .noGlyph(template: "t", element: "e", field: nil, count: 2),
      .noGlyph(template: "t", element: "e", field: "f", count: 2),
      .textTooLarge(
        template: "t", element: "e", field: "f", axis: .width, neededMillimetres: 9.25, givenMillimetres: 8,
        smallestPoints: 6),
      .symbolTooDense(
        template: "t", modulesWithQuietZone: 41, givenMillimetres: 10, neededMillimetres: 20, dotsPerInch: 300,
        excessCharacters: 9, fitsWith: .medium),
      .symbolTooDense(
        template: "t", modulesWithQuietZone: 41, givenMillimetres: 10, neededMillimetres: 20, dotsPerInch: 300,
        excessCharacters: 9, fitsWith: nil),
      .printGainTooLarge(givenMillimetres: 0.2, maxMillimetres: 0.1, moduleDots: 8),
      .payloadTooLong(bytes: 9000, excessCharacters: 9), .unreadable(.noSymbol), .picture(.truncated),
      .drawing(.svg(.noLibrary)), .device(path: "/dev/usb/lp0", errno: 13),
      .drawing(.outOfMemory), .label(code: code, line: 2, .unreadable(.mirrored)),
      .unwritable(file: "f", errno: 28), .startOutOfRange(position: 19, most: 18), .drawing(.pdf(.noQPDF)),
      .notAccountedFor(
        .init(missing: .init([code]), repeated: .init([code]), unlisted: 1, unknownPages: 1)),
      .notAccountedFor(.init(missing: .init(), repeated: .init(), unlisted: 0, unknownPages: 0)),
      .sheetTooSmall(
        widthMillimetres: 50, heightMillimetres: 50, neededWidthMillimetres: 80, neededHeightMillimetres: 60),
    ] as [LabelError]

  private static let lists: [any Error] =
    ([
      .tooLarge(bytes: 2, maxBytes: 1), .brokenText(.utf8, lines: [3, 4]), .empty, .tooManyRows(max: 1),
      .tooManyColumns(count: 2, max: 1),
    ] as [CSVError] + CSVError.DocumentKind.allCases.map { .document($0) }).map {
      ListRefused(file: "f", reason: .noTable(.csv($0)))
    }
    + tableFaults.map { ListRefused(file: "f", reason: .noTable($0)) }
    + [ListRefused(file: "f", reason: .rows(listProblems))]

  private static let forms: [any Error] =
    [
      .notAFile(path: "/dev/null"), .file(FileError("/f", .write, ENOSPC)), .file(FileError("/f", .read, EIO)),
      .workbook(code: 2), .readBack, .tooManyRows, .drawing,
    ] as [LedgerError]

  private static let listProblems: [LabelList.Problem] =
    ([
      .row(.quoteOpen), .row(.quoteFollowed), .row(.quoteInside), .row(.quoteAcrossRows(lastLine: 4)),
      .row(.controlCharacter),
      .row(.fieldTooLong(maxBytes: 9)), .row(.fieldCount(found: 3, wanted: 2)),
      .row(.formula(CellAddress(row: 2, column: 3), error: nil)),
      .row(.formula(CellAddress(row: 2, column: 3), error: "#REF!")), .noCodeColumn(found: ["a", "b"]),
      .columnTwice(field: "street"), .notACode(meant: nil),
      .notACode(meant: LabelCode("150621-00A000-X")), .codeTwice(firstLine: 2), .notATag, .otherTag,
      .fieldMissing(field: "street"), .text(field: "unitName", .tooLong(maxCharacters: 400)),
      .text(field: "unitName", .empty),
    ] as [LabelList.Problem.Fault]).map { LabelList.Problem(line: 3, fault: $0) }

  private static let templates: [any Error] =
    ([
      .notJSON(jsonFaults[2]), .missing, .wrongType, .unknownField, .outOfRange(lower: 0, upper: 1, unit: "mm"),
      .notAChoice(["a"]), .tooLong(longest: 5), .empty, .duplicate, .notExactlyOne(of: ["text", "field"]),
      .outsideSafeZone, .outsideBleed, .outsidePlate, .onHole, .onSymbol, .symbolCount(2), .noSuchFile,
      .drawing(.noLibrary),
      .drawing(.feature("use")), .drawing(.damaged), .drawing(.tooLarge),
      .picture(.corrupt),
    ] as [TemplateProblem.Fault]).map {
      LabelError.templateRejected(
        file: "f", problems: [TemplateProblem(element: "name", field: "x", fault: $0)])
    }

  private static let faults: [FieldProblem.Fault] =
    [
      .notJSON(jsonFaults[0]), .missing, .wrongType, .tooLong(maxCharacters: 80), .tooManyBytes(max: 640),
      .notAPhone, .notANumber, .notADay,
      .ambiguousNumber, .wrongUnit(found: "kW", expected: "A"), .wrongUnit(found: "A", expected: ""),
      .notAChoice([RegistrationField.Choice(Supply.singlePhase220)]),
      .outOfRange(lower: 1, upper: 1000, unit: "A"), .moreThan(.operators), .unknownField, .inTheFuture,
      .inThePast,
    ]
    + UnusableCharacter.Reason.allCases.map {
      .character(UnusableCharacter("\u{202E}", reason: $0, position: 3))
    }

  private static let entries: [any Error] = faults.map { EntryRejected(option: "note", fault: $0) }

  private static let fields: [any Error] =
    jsonFaults.map { RegistrationRejected(problems: [FieldProblem(path: "$", fault: .notJSON($0))]) }
    + RegistrationField.allCases.map { field in
      RegistrationRejected(problems: faults.map { FieldProblem(path: field.path, fault: $0) })
    } + [RegistrationRejected(problems: [FieldProblem(path: "$", fault: .wrongType)])]

  private static let practice: [any Error] = [
    PracticeFolderTaken(path: "/f"), PracticeFailed(command: "register"),
  ]

  private static let bench: [any Error] =
    ([
      .listenAddress("x"), .needsToken(address: "0.0.0.0:1"), .cannotListen(address: "127.0.0.1:80"),
      .dataFolder(path: "/d", errno: EACCES),
      .dataFolderInUse(path: "/d"), .damaged(path: "/d"), .noKey, .alreadyStarted,
    ] as [LocalPlatformError]) + [
      ModuleBenchError.terminal(errno: ENOSPC), ModuleBenchError.alreadyStarted,
      ModuleBenchError.emulator(errno: ENOSPC), WorldRejected(path: "/f"),
      WorldRejected(path: "/f", fault: jsonFaults[0]), ChipProgramMissing(path: "/f"),
      EmulatorMissing(),
    ]

  /// An error without an explanation of its own.
  struct Unforeseen: Error {}

  static let usage: [UsageError] = [
    .missingCommand(within: []), .missingCommand(within: ["labels"]),
    .unknownCommand("x", within: [], suggestions: ["y"]), .unknownOption("--x", suggestions: ["--y"]),
    .missingValue(option: "--x", expected: .text), .unexpectedValue(option: "--x"),
    .badValue(parameter: "--x", expected: .integer(1...2)), .emptyValue(parameter: "--x"),
    .missingArgument("ID"), .unexpectedArgument("x"),
    .repeatedOption("--x"), .missingOptions(["--x", "--y"]), .conflictingOptions("--x", "--y"),
  ]
}
