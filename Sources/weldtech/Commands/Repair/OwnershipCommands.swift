import Arguments
import FoundationEssentials
import Records
import Terminal

/// `transfer`: puts another owner of an installed welder on record.
enum TransferCommand {
  struct Options {
    var code: String?
    var labelPhoto: String?
    var archive = AdoptionOptions()
    var from: String?
    var fields: [RegistrationField: String] = [:]
  }

  /// The fields of the registration that are the owner's.
  static let fields = RegistrationField.allCases.filter { $0.path.hasPrefix("owner.") }

  static var command: Command<Workplace> {
    Command(
      "transfer",
      Text(zh: "焊机卖给别人：登记新的所有权人，重新交接、签协议", en: "the welder was sold: another owner, handover and agreement"),
      discussion: Text(
        zh: "只写新所有权人的内容，--from 的文件与 register 相同，只取其中的 owner。新协议签署时原协议作废，原所有权人仍留在记录里。",
        en:
          "Name the new owner only; of a file as for `register` its `owner` is taken. The new agreement voids the old one, and\nthe record keeps the old owner."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.label(\.code, photo: \.labelPhoto)
        parameters.option(
          "from", \.from, .file, placeholder: "FILE.json",
          Text(zh: "从 JSON 文件读入新所有权人", en: "read the new owner from a JSON file"))
        for field in fields {
          parameters.option(
            field.optionName, \.fields[field], field.valueType, placeholder: field.placeholder, field.title)
        }
        parameters.adoption(\.archive)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    let found = try RepairTarget(workplace: workplace).find(
      options.code, photo: options.labelPhoto, archive: options.archive)
    let installation = found.installation
    if let refusal = installation.refusalOfChanging() { throw StepRefused(step: nil, refusal: refusal) }
    let owner = try owner(options, of: installation, workplace)
    let changed = try workplace.step(on: try found.here()) { walk, locked in
      try walk.transfer(owner, of: locked)
    }
    try console.answer(RepairDocument(changed)) {
      console.paragraph(
        Text(
          zh: "\(changed.code?.description ?? changed.id.text) 的所有权人改为 \(changed.owner.unitName)，原协议在新协议签署时作废",
          en:
            "\(changed.owner.unitName) owns \(changed.code?.description ?? changed.id.text) now; the old agreement is void once the new one is signed"
        ))
      changed.putNext(to: console)
    }
    return ExitCode.done.rawValue
  }

  /// The new owner, checked by the rules of a registration together with the welder on record.
  private static func owner(_ options: Options, of installation: Installation, _ workplace: Workplace) throws
    -> Owner
  {
    var values = installation.correctableFields.values.filter { !fields.contains($0.key) }
    if let file = options.from {
      let document = try Registration.values(
        ofDocument: workplace.read(file, atMost: Registration.maxDocumentBytes))
      values.merge(document.filter { fields.contains($0.key) }) { _, given in given }
    }
    for (field, text) in options.fields where !text.isEmpty { values[field] = .string(text) }
    if workplace.console.canPrompt {
      for field in fields where field.presence == .required && values[field] == nil {
        values[field] = .string(try workplace.console.asking { try CorrectCommand.answer(field, workplace) })
      }
    }
    var owner = try Registration(values, today: workplace.clock.now().day, drawnBy: workplace.glyphs).owner
    owner.unitID = owner.unitID ?? Walk.unitID(of: owner)
    return owner
  }
}

/// `move`: puts another place or purpose of an installed welder on record.
enum MoveCommand {
  struct Options {
    var code: String?
    var labelPhoto: String?
    var archive = AdoptionOptions()
    var fields: [RegistrationField: String] = [:]
  }

  static var command: Command<Workplace> {
    Command(
      "move", Text(zh: "焊机搬到别处，或改作他用", en: "the welder stands elsewhere, or is used for something else"),
      discussion: Text(
        zh: "所有权人不变，不用重新签字；记录马上成为新的一版。",
        en: "The owner stays, and nobody signs; the record's next revision is queued at once."),
      options: Options(),
      parameters: { parameters in
        parameters.label(\.code, photo: \.labelPhoto)
        for field in InstallationEvent.Moved.fields {
          parameters.option(
            field.optionName, \.fields[field], field.valueType, placeholder: field.placeholder, field.title)
        }
        parameters.adoption(\.archive)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    let found = try RepairTarget(workplace: workplace).find(
      options.code, photo: options.labelPhoto, archive: options.archive)
    let installation = found.installation
    if let refusal = installation.refusalOfChanging(isMove: true) {
      throw StepRefused(step: nil, refusal: refusal)
    }
    var fields = options.fields
    if fields.isEmpty {
      guard console.canPrompt else { throw MoveSaysNothing() }
      for field in [RegistrationField.street, .community] {
        fields[field] = try console.asking { try CorrectCommand.answer(field, workplace) }
      }
    }
    let (changed, changes, isLabelOutdated) = try workplace.step(on: try found.here()) { walk, locked in
      try walk.move(fields, of: locked)
    }
    var document = RepairDocument(changed)
    document.changes = changes
    document.labelOutdated = isLabelOutdated ? true : nil
    try console.answer(document) {
      guard !changes.isEmpty else {
        return console.put(Text(zh: "与记录里的相同，没有改动", en: "the record says so already; nothing was changed"))
      }
      CorrectionTexts.put(changes, of: changed.id, to: console)
      if let community = changed.owner.community?.text, Self.keepsCommunity(changes, fields) {
        console.paragraph(
          Text(
            zh: "社区还是原来的 \(community)；不在这个社区了，再写 --community 新社区",
            en: "the community is still \(community); where that is not so any more, give --community too"))
      }
      console.put(
        Text(
          zh: "记录成为第 \(changed.revision) 版，等待上传", en: "the record is revision \(changed.revision) and queued"))
      if isLabelOutdated {
        console.paragraph(
          Text(
            zh: "标牌上印的内容变了，到现场重做标牌：weldtech repair ID --label --port 串口",
            en:
              "the label prints what is not so any more; make it anew on the spot: weldtech repair ID --label --port P"
          ).naming(changed.id))
      }
    }
    return ExitCode.done.rawValue
  }

  /// Whether the street changes and no community was given, although a community belongs to a street.
  private static func keepsCommunity(_ changes: [FieldChange], _ given: [RegistrationField: String]) -> Bool {
    changes.contains { $0.field == .street } && given[.community] == nil
  }
}

/// A move that names neither a place nor a purpose.
struct MoveSaysNothing: Error {}

extension MoveSaysNothing: Explained {
  var failure: Failure {
    Failure(
      code: "move.nothing",
      message: Text(zh: "没有写搬到哪里、改作什么", en: "neither a place nor a purpose is given"),
      hint: Text(
        zh: "--street、--community、--purpose 至少写一项",
        en: "give at least one of --street, --community and --purpose"),
      exit: .usage)
  }
}

/// `retire`: takes an installed welder out of use for good.
enum RetireCommand {
  struct Options {
    var code: String?
    var labelPhoto: String?
    var archive = AdoptionOptions()
    var reason: String?
    var photos: [String] = []
    var photoReason: String?
  }

  static var command: Command<Workplace> {
    Command(
      "retire", Text(zh: "已装模块的焊机淘汰停用", en: "take an installed welder out of use for good"),
      discussion: Text(
        zh: "记录以“已淘汰”关闭，不用签字，要有原因和照片。模块拆下后可以装到别的焊机上；标牌取下销毁，标牌码不再使用。",
        en:
          "The record closes as retired, with a reason and a photo, and nobody signs. Its module can go into another welder;\nits label is destroyed, and its code is not used again."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.label(\.code, photo: \.labelPhoto)
        parameters.option("reason", \.reason, .string, placeholder: "TEXT", Text(zh: "原因", en: "why"))
        parameters.options(
          "photo", \.photos, .file, placeholder: "F", Text(zh: "焊机的照片", en: "a photo of the welder"))
        parameters.photoReason(\.photoReason)
        parameters.adoption(\.archive)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    let found = try RepairTarget(workplace: workplace).find(
      options.code, photo: options.labelPhoto, archive: options.archive)
    let installation = found.installation
    if let refusal = installation.refusalOfWithdrawing { throw StepRefused(step: nil, refusal: refusal) }
    let text = try console.need(options.reason, option: "reason") {
      try console.asking { try workplace.ask(Text(zh: "为什么停用", en: "why is it taken out of use"), as: .note) }
    }
    let reason: WrittenText = try workplace.written(text, as: .note, option: "reason")
    let photoReason = try workplace.written(options.photoReason, as: .note, option: "photo-reason")
    let changed = try workplace.step(on: try found.here()) { walk, locked in
      try FileQuestion.photos(
        options.photos, option: "photo", Text(zh: "焊机的照片文件", en: "file with a photo of the welder"), workplace
      ) { try walk.withdraw(reason, photos: $0, photoReason: photoReason, of: locked) }
    }
    PhoneFolders(workplace: workplace).removeOver()
    try console.answer(RepairDocument(changed)) {
      console.put(
        Text(
          zh: "\(changed.code?.description ?? changed.id.text) 已淘汰，等待上传",
          en: "\(changed.code?.description ?? changed.id.text) is retired and queued"))
      if let serialNumber = changed.module?.serialNumber {
        console.paragraph(
          Text(
            zh: "模块 \(serialNumber) 拆下后可以装到别的焊机上；标牌取下销毁",
            en: "module \(serialNumber) can go into another welder; destroy the label"))
      }
    }
    return ExitCode.done.rawValue
  }
}

extension FileQuestion {
  /// Runs `body` with the photos of an option, or asks for a photo until `body` takes it.
  /// - Parameter option: the name of the option that gives the photos.
  static func photos<Result>(
    _ given: [String], option: String, _ question: Text, _ workplace: Workplace,
    _ body: ([String]) throws -> Result
  ) throws -> Result {
    guard given.isEmpty else { return try body(given) }
    guard workplace.console.canPrompt else { throw UsageError.missing(option: option) }
    return try FileQuestion(workplace: workplace, kind: .photo).take(question) { try body([$0]) }
  }
}
