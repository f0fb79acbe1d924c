import Arguments
import Provision
import Records
import Terminal

/// `flash`: writes firmware onto the module.
enum FlashCommand {
  struct Options {
    var id = ""
    var port: String?
    var image: String?
    var manifest: String?
    var allowsDowngrade = false
    var readsBack = false
    var erasesKey = false
    var protects = false
    var isService = false
    var reason: String?
    var profile: BoardProfile?

    /// An option that only counts where something is written; nil where none is given.
    var writing: String? {
      if erasesKey { return "erase-key" }
      if readsBack { return "read-back" }
      if allowsDowngrade { return "allow-downgrade" }
      return image != nil ? "image" : manifest != nil ? "manifest" : nil
    }
  }

  struct ProtectionDocument: Encodable {
    var id: InstallationID
    var chipID: String
    var protected = true
    /// Whether the chip was protected already, so that nothing was done.
    var skipped: Bool
    /// The way in which a paired module was brought to it; left out where it was not asked.
    var authority: FlashAuthority?

    private enum CodingKeys: String, CodingKey {
      case id, protected, skipped, authority
      case chipID = "chipId"
    }
  }

  struct Document: Encodable {
    var id: InstallationID
    var chip: String
    var firmwareVersion: String
    /// The version that ran before; left out where it is not known, or where it ran this one already.
    var previousFirmwareVersion: String?
    var firmwareSha256: String
    var skipped: Bool
    /// The reason why nothing was written, `alreadyInstalled` or `alreadyHeld`; null where something was
    /// written.
    var skipReason: String?
    var bytesWritten: Int
    /// Whether the chip was erased with its pairing key.
    var keyErased: Bool
    /// The evidence that the chip holds the image: `claimed`, `digest`, `read`, or two of them.
    var proof: [String]
    /// The way in which a paired module was brought to take the image; left out where it was not asked.
    var authority: FlashAuthority?
    /// The module's own counts of what happened because its seal was open; left out for one that is not paired,
    /// and where its firmware keeps none.
    var openSealCounts: OpenSealCounts?
    /// Whether a paired module's seal stayed closed, so that a seal that was on still holds; left out where that is not
    /// known.
    var sealStayedClosed: Bool?
    var seconds: Double
  }

  static var command: Command<Workplace> {
    Command(
      "flash", Text(zh: "把固件烧录到模块并校验", en: "write firmware to the module and verify it"), options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.port(\.port)
        parameters.firmware(image: \.image, manifest: \.manifest, allowsDowngrade: \.allowsDowngrade)
        parameters.flag(
          "read-back", \.readsBack,
          Text(zh: "另外逐字节回读", en: "read every byte back, besides the chip's own digest"))
        parameters.flag(
          "erase-key", \.erasesKey,
          Text(
            zh: "先全片擦除：固件和配对密钥都擦掉，有读保护的随之解除；之后须重新配对",
            en:
              "erase the chip first, firmware and pairing key, which lifts read protection; it has to be paired again"
          ))
        parameters.option(
          "profile", \.profile, .profile, placeholder: "NAME",
          Text(
            zh: "DTR/RTS 如何接到复位和 BOOT0（见 docs/flashing.md）",
            en: "how DTR and RTS are wired to reset and BOOT0 (docs/flashing.md)"))
        parameters.flag(
          "protect", \.protects,
          Text(
            zh: "测试合格后设置读保护，不烧录固件", en: "after a passed test: protect the chip from reading, and write nothing")
        )
        parameters.flag(
          "service", \.isService,
          Text(
            zh: "模块已配对，却没有密钥也连不上平台时：打开机壳更新，模块会一直记着",
            en:
              "with the case open, where neither key nor platform can be had for a paired module; the module counts it"
          ))
        parameters.option(
          "reason", \.reason, .string, placeholder: "TEXT",
          Text(zh: "为什么用 --service", en: "why by --service"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let installation = try workplace.installation(forStepOn: options.id)
    if options.protects, let other = options.writing {
      throw UsageError.conflictingOptions("--protect", "--\(other)")
    }
    let serviceReason = try ServiceOption.reason(
      options.isService, options.reason, earlier: installation.unfinishedFlashReason, workplace)
    if options.protects { return try protect(installation, options, serviceReason, workplace) }
    if options.image != nil, options.manifest == nil { throw UsageError.missing(option: "manifest") }
    if let lack = try workplace.lackForPairing()?.failure.message {
      workplace.console.say(Text(zh: "注意：\(lack.zh)", en: "note: \(lack.en)"), .yellow)
    }
    let order = Walk.FlashOrder(
      port: try workplace.choosePort(options.port), image: options.image, manifest: options.manifest,
      allowsDowngrade: options.allowsDowngrade, readsBack: options.readsBack,
      erasesKey: options.erasesKey, profile: options.profile, serviceReason: serviceReason)
    let (changed, result) = try workplace.step(on: installation) { walk, locked in
      try FlashProgress.watch(on: workplace.console) { try walk.flash(locked, order, onEvent: $0) }
    }
    let document = Document(
      id: changed.id, chip: result.chip, firmwareVersion: result.firmwareVersion,
      previousFirmwareVersion: result.previousVersion, firmwareSha256: result.firmwareSha256,
      skipped: result.skipped != nil,
      skipReason: result.skipped?.rawValue, bytesWritten: result.bytesWritten,
      keyErased: result.keyErased, proof: result.proofs.map(\.rawValue).sorted(), authority: result.authority,
      openSealCounts: result.openSealCounts,
      sealStayedClosed: result.sealLoop.map { $0 == .stayedClosed },
      seconds: result.seconds)
    try workplace.console.answer(document) {
      workplace.console.put(outcome(of: result))
      if let authority = result.authority { workplace.console.put(authority.sentence) }
      if result.keyErased {
        workplace.console.put(
          Text(zh: "芯片已全部擦除，密钥也擦掉了；要重新配对", en: "the chip was erased with its key, and is to be paired again"))
      }
      if installation.sealHolds, !changed.sealHolds {
        workplace.console.say(Text(zh: "换上新封条，再测一次", en: "apply a new seal and test again"))
      } else if installation.testCounts, !changed.testCounts {
        workplace.console.say(
          Text(zh: "封条没有断开，不用换；再测一次", en: "the seal stayed closed and stays on; test again"))
      }
    }
    return ExitCode.done.rawValue
  }

  private static func protect(
    _ installation: Installation, _ options: Options, _ serviceReason: WrittenText?, _ workplace: Workplace
  ) throws -> Int32 {
    let port = try workplace.choosePort(options.port)
    let (changed, result) = try workplace.step(on: installation) { walk, locked in
      try FlashProgress.watch(on: workplace.console) {
        try walk.protect(locked, port: port, serviceReason: serviceReason, onEvent: $0)
      }
    }
    let chipID = result.chipID
    let document = ProtectionDocument(
      id: changed.id, chipID: chipID, skipped: result.wasProtected, authority: result.authority)
    try workplace.console.answer(document) {
      workplace.console.put(
        result.wasProtected
          ? Text(
            zh: "芯片 \(chipID) 早已设过读保护，不用再设",
            en: "chip \(chipID) is protected from reading already; nothing done")
          : Text(
            zh: "芯片 \(chipID) 已设读保护；以后只能由它自己的固件更新",
            en: "chip \(chipID) is protected from reading; from now on its own firmware updates it"))
    }
    return ExitCode.done.rawValue
  }

  private static func outcome(of result: FlashResult) -> Text {
    switch result.skipped {
    case .alreadyInstalled:
      Text(
        zh: "模块已在运行固件 \(result.firmwareVersion)，不用再烧录",
        en: "the module runs \(result.firmwareVersion) already; nothing written")
    case .alreadyHeld:
      Text(
        zh: "芯片里已是固件 \(result.firmwareVersion)，已核对并启动，不用再烧录",
        en:
          "the chip held \(result.firmwareVersion) already: compared and started; nothing written")
    case nil where result.proofs == [.claimed]:
      Text(
        zh:
          "固件 \(result.firmwareVersion) 已传入 \(result.chip)，模块确认正在运行，\(result.bytesWritten) 字节，\(plain(result.seconds)) 秒",
        en:
          "firmware \(result.firmwareVersion) was uploaded to the \(result.chip), and the module says that it runs: \(result.bytesWritten) bytes in \(plain(result.seconds)) s"
      )
    case nil:
      Text(
        zh:
          "固件 \(result.firmwareVersion) 已烧录到 \(result.chip) 并校验，\(result.bytesWritten) 字节，\(plain(result.seconds)) 秒",
        en:
          "firmware \(result.firmwareVersion) is on the \(result.chip), verified: \(result.bytesWritten) bytes in \(plain(result.seconds)) s"
      )
    }
  }
}

/// `pair`: binds module, welder and code.
enum PairCommand {
  struct Options {
    var id = ""
    var port: String?
    var isService = false
    var reason: String?
  }

  struct Document: Encodable {
    var id: InstallationID
    var serialNumber: String
    var keyID: String
    /// The way in which this key replaced another; omitted where it did not.
    var replacement: KeyReplacement?

    private enum CodingKeys: String, CodingKey {
      case id, serialNumber, replacement
      case keyID = "keyId"
    }
  }

  static var command: Command<Workplace> {
    Command(
      "pair", Text(zh: "把模块、焊机和标牌码配对", en: "bind module, welder and code"), options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.port(\.port)
        parameters.flag(
          "service", \.isService,
          Text(
            zh: "没有旧密钥也连不上平台时：打开机壳重新配对，模块会一直记着",
            en:
              "pair anew with the case open, where neither old key nor platform can be had; the module counts it"
          ))
        parameters.option(
          "reason", \.reason, .string, placeholder: "TEXT",
          Text(
            zh: "为什么用 --service，或这个模块已有记录时为什么还要用",
            en: "why by --service, or why a module that another record has"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let installation = try workplace.installation(forStepOn: options.id)
    let reason = try workplace.written(options.reason, as: .note, option: "reason")
    let serviceReason =
      options.isService
      ? try ServiceOption.reason(
        true, options.reason, earlier: installation.unfinishedPairingReason, workplace) : nil
    let port = try workplace.choosePort(options.port)
    if options.isService { ServiceOption.tell(workplace.console) }
    let (changed, result) = try workplace.step(on: installation) { walk, locked in
      try walk.pair(locked, port: port, serviceReason: serviceReason, duplicateReason: reason) {
        $0.tell(workplace.console)
      }
    }
    try workplace.console.answer(
      Document(
        id: changed.id, serialNumber: result.serialNumber, keyID: result.keyID,
        replacement: result.replacement)
    ) {
      workplace.console.put(
        Text(
          zh: "模块 \(result.serialNumber) 已配对，密钥编号 \(result.keyID)",
          en: "module \(result.serialNumber) is paired, key \(result.keyID)"))
    }
    return ExitCode.done.rawValue
  }
}

/// `test`: runs the functional test.
enum TestCommand {
  struct Options {
    var id = ""
    var port: String?
    var plan: String?
  }

  struct Document: Encodable {
    var id: InstallationID
    var passed: Bool
    /// Whether the test was run after the seal, so that the test counts.
    var counts: Bool
    var steps: [TestReport.Step]
  }

  static var command: Command<Workplace> {
    Command(
      "test", Text(zh: "做功能测试；贴封条以后的那次才算", en: "run the functional test; the one after the seal counts"),
      options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.port(\.port)
        parameters.option(
          "plan", \.plan, .string, placeholder: "NAME",
          Text(zh: "测试方案（不写则按技术方案）", en: "test plan; unless told the scheme's own"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let installation = try workplace.installation(forStepOn: options.id)
    let port = try workplace.choosePort(options.port)
    let changed = try workplace.step(on: installation) { walk, locked in
      try walk.test(locked, port: port, plan: options.plan) {
        TestCommand.tell($0, to: workplace.console)
      }
    }
    guard let report = changed.test else { return ExitCode.failed.rawValue }
    let document = Document(
      id: changed.id, passed: report.passed, counts: changed.testCounts, steps: report.steps)
    try workplace.console.answer(document) {
      TestTexts.put(report, to: workplace.console)
      if report.passed, !changed.testCounts {
        workplace.console.say(
          Text(
            zh: "贴封条以前的测试不算，贴好后再测一次",
            en: "a test before the seal does not count; run it again with the case sealed"))
      }
    }
    return report.passed ? ExitCode.done.rawValue : ExitCode.failed.rawValue
  }

  static func tell(_ event: FunctionalTestEvent, to console: Console) {
    switch event {
    case .began(let step): console.sayMore(TestTexts.title(of: step.name))
    case .authorityFailed(let error): console.say(explain(error).message)
    case .finished(let step, let cause):
      guard step.outcome == .failed else { return }
      console.say(TestTexts.remedy(for: step, cause: cause))
    }
  }
}

extension PairingEvent {
  /// Reports what the module has counted since the last visit; other events are shown only on request.
  func tell(_ console: Console) {
    if case .inspected = self { console.say(title) } else { console.sayMore(title) }
  }

  var title: Text {
    switch self {
    case .inspected(let module):
      Text(
        zh:
          "自上次到访以来：封条断开 \(module.sealOpenings) 次，重启 \(module.resets) 次；历来看门狗复位 \(module.watchdogResets) 次，开壳重新配对 \(module.serviceReplacements) 次",
        en:
          "since the last visit: seal opened \(module.sealOpenings) times, \(module.resets) starts; ever: \(module.watchdogResets) resets by the watchdog, \(module.serviceReplacements) keys replaced by service"
      )
    case .keyReplaced(let kind):
      Text(zh: "旧密钥已换成新密钥（\(kind.title.zh)）", en: "the new key is in the old one's place (\(kind.title.en))")
    case .identified(let module):
      Text(zh: "找到模块 \(module.serialNumber)", en: "found module \(module.serialNumber)")
    case .keyStored: Text(zh: "密钥已保存在本机", en: "the key is kept on this laptop")
    case .keySent: Text(zh: "密钥已下发", en: "the key is handed over")
    case .keyProven: Text(zh: "模块已证明持有密钥", en: "the module has proved the key")
    case .keyCommitted: Text(zh: "模块已确认密钥", en: "the module has committed the key")
    case .settingsWritten: Text(zh: "标牌码、平台地址和 APN 已写入", en: "code, platform address and APN are written")
    case .settingsReadBack: Text(zh: "设置已回读核对", en: "the settings are read back")
    case .clockSet: Text(zh: "时钟已设置", en: "the clock is set")
    }
  }
}

extension KeyReplacement.Kind {
  var title: Text {
    switch self {
    case .laptopProof: Text(zh: "用本机的旧密钥验证", en: "proved by this laptop")
    case .platformProof: Text(zh: "经平台授权", en: "authorised by the platform")
    case .service: Text(zh: "开壳重新配对，没有旧密钥", en: "by service, without proof")
    }
  }
}

extension ValueType where Value == BoardProfile {
  fileprivate static var profile: Self {
    .custom(Text(verbatim: BoardProfile.known.map(\.name).joined(separator: " | "))) { name in
      BoardProfile.known.first { $0.name == name }
    }
  }
}
