import Agreements
import Arguments
import Characters
import Companion
import Drawing
import FoundationEssentials
import Records
import Terminal

/// Takes a signature on a phone: the page shows the text and sends what the signatory entered, and the laptop
/// checks it.
final class PhoneSigning {
  /// The number of wrong entries of the phone's last digits after which the technician has to look at the number.
  private static let maxTries = 3
  /// The maximum time by which the writing may be longer than the text has been on the page, seconds.
  private static let maxSecondsBeforeRun = 600.0

  private let walk: Walk
  private let installation: LockedInstallation
  private let options: SignCommand.Options
  private let task: PhoneTask
  private let photos: PhonePhotos
  /// The person who is expected to sign, and that person's phone on this laptop.
  private var expected: (name: PersonName, phone: PhoneNumber)
  private var text: AgreementText
  /// The moment when the text was put on the page.
  private var shownAt: Timestamp
  private var tries = 0
  /// Whether this run is the first to show the text.
  private var isNew = false
  private let notes: SigningNotes

  private init(
    _ installation: LockedInstallation, _ options: SignCommand.Options, _ walk: Walk, _ task: PhoneTask,
    taskName: String
  ) throws {
    self.walk = walk
    self.installation = installation
    self.options = options
    self.task = task
    photos = PhonePhotos(
      walk, installation, task, taskName: taskName, shots: [PhotoShot.authority], reason: nil)
    let owner = installation.record.owner
    let name = try walk.workplace.written(options.signatory, as: .name, option: "signatory").map {
      PersonName($0)
    }
    let phone = try options.signatoryPhone.map { (text) throws -> PhoneNumber in
      guard let phone = PhoneNumber(text) else { throw SetupRejected.phone }
      return phone
    }
    // Otherwise the agreement would name the responsible person's phone as another person's.
    if let name, name != owner.responsibleName, phone == nil {
      throw UsageError.missing(option: "signatory-phone")
    }
    expected = (name ?? owner.responsibleName, phone ?? owner.responsiblePhone)
    shownAt = walk.now()
    text = try walk.agreementText(of: installation.record, at: shownAt, done: options.done)
    notes = SigningNotes(
      workplace: walk.workplace, folder: PhoneFolders(workplace: walk.workplace).folder(of: taskName))
    // A text that an earlier run has shown counts from the moment of that run.
    if let before = notes.shownAt(of: text.sha256) { shownAt = before } else { isNew = true }
    walk.tellOtherTerms(of: text, than: installation.record)
  }

  private var workplace: Workplace { walk.workplace }
  private var console: Console { walk.workplace.console }

  // MARK: - Signing

  /// Serves the agreement of an installation until it is signed.
  /// - Returns: the outcome, and the task, from which the phone can fetch the paper.
  /// - Throws: `Cancelled` after Ctrl-C, and the errors of `Walk.sign`.
  static func sign(_ installation: LockedInstallation, _ options: SignCommand.Options, _ walk: Walk) throws
    -> (Walk.SignOutcome, PhoneTask)
  {
    let name = PhoneFolders.signing(installation.id)
    let task = try PhoneTask(
      walk.workplace, options.phone, name: name, title: Step.sign.title,
      subject: installation.record.phoneSubject, view: .wait(CompanionView.Wait(text: "")))
    return (try sign(installation, options, walk, on: task, taskName: name), task)
  }

  /// Shows the paper of an agreement that was signed before, as after a run that was killed between the signature and its outcome.
  /// - Throws: `CompanionError`, and what reading the paper throws.
  static func showAgain(_ installation: Installation, _ options: SignCommand.Options, _ workplace: Workplace)
    throws -> PhoneTask
  {
    let task = try PhoneTask(
      workplace, options.phone, name: PhoneFolders.signing(installation.id), title: Step.sign.title,
      subject: installation.phoneSubject, view: .wait(CompanionView.Wait(text: "")))
    try showPaper(installation.agreement, title: try workplace.agreementTerms().title, on: task)
    return task
  }

  /// Serves the agreement as a part of a longer task.
  static func sign(
    _ installation: LockedInstallation, _ options: SignCommand.Options, _ walk: Walk, on task: PhoneTask,
    taskName: String
  ) throws -> Walk.SignOutcome {
    try walk.require(Walk.signature(under: installation.record), of: installation)
    try walk.workplace.checkSeal()
    try SignCommand.photographAuthority(installation, options, walk)
    let signing = try PhoneSigning(installation, options, walk, task, taskName: taskName)
    let outcome = try signing.serve()
    try showPaper(outcome.document, title: signing.text.title, on: task)
    return outcome
  }

  private func serve() throws -> Walk.SignOutcome {
    photos.onChange = { [unowned self] in show() }
    show()
    while true {
      guard let action = try task.next() else { continue }
      if try photos.take(action) { continue }
      guard case .sign(let signature) = action.kind else {
        task.refuseOutOfPlace(action)
        continue
      }
      if let outcome = try take(signature, action) { return outcome }
    }
  }

  /// Puts the present text on the page.
  private func show() {
    if isNew { try? notes.keep(shownAt, of: text.sha256) }
    task.show(
      .sign(
        CompanionView.Sign(
          textSha256: text.sha256, title: text.title, subtitle: text.subtitle,
          numbers: text.numbers.map(CompanionView.Fact.init) + [
            CompanionView.Fact(name: "条款", value: String(text.termsLine.dropFirst("条款 ".count)))
          ] + (text.supersession.map { [CompanionView.Fact(name: "原协议", value: $0)] } ?? []),
          blocks: text.blocks.map(CompanionView.Block.init), statement: text.statement,
          consentText: text.terms.consent,
          signatory: CompanionView.Sign.Signatory(
            name: expected.name.full, maskedPhone: Self.masked(expected.phone)),
          capacities: SignatoryCapacity.allCases.map {
            let choice = RegistrationField.Choice($0)
            return CompanionView.Form.Field.Choice(code: choice.code, title: choice.title[console.language])
          },
          authority: photos.view(of: .authority))), title: Step.sign.title)
  }

  /// The phone with its first three digits and stars, so that the page does not give the last four away.
  private static func masked(_ phone: PhoneNumber) -> String {
    let digits = phone.full.filter(\.isNumber)
    return digits.prefix(3) + String(repeating: "*", count: max(0, digits.count - 3))
  }

  // MARK: - Judging

  /// Judges what the page sent, and signs with it.
  /// - Returns: nil where it was refused; the page says why.
  private func take(_ signature: CompanionAction.Signature, _ action: CompanionAction) throws
    -> Walk.SignOutcome?
  {
    if let fault = try fault(of: signature) {
      task.refuse(action, fault.message, fields: fault.fields)
      return nil
    }
    guard let name = try? workplace.written(signature.name, as: .name, option: "name") as WrittenText,
      let capacity = SignatoryCapacity(rawValue: signature.capacity)
    else {
      task.refuseOutOfPlace(action)
      return nil
    }
    guard let phone = try phone(of: PersonName(name), digits: signature.lastDigits, action) else { return nil }
    var order = Walk.SignOrder(strokes: signature.strokes)
    (order.name, order.phone, order.capacity) = (PersonName(name), phone, capacity)
    order.shown = AgreementRecord.Showing(
      means: task.means, at: isNew ? max(shownAt, task.openedAt ?? shownAt) : shownAt)
    (order.shownSha256, order.consents) = (text.sha256, signature.consents)
    order.done = options.done
    do {
      task.showBusy(Text(zh: "正在生成协议", en: "the agreement is made"))
      let outcome = try walk.sign(installation, order)
      task.done(action)
      console.say(Text(zh: "  已签", en: "  signed"), .green)
      return outcome
    } catch AgreementError.textChanged {
      let now = walk.now()
      show(try walk.agreementText(of: installation.record, at: now, done: options.done), at: now)
      task.refuse(action, Self.textChanged)
      return nil
    } catch let reused as SignatureReused {
      show()
      task.refuse(action, reused.failure.message, fields: ["strokes": reused.failure.message])
      return nil
    } catch {
      task.refuse(action, explain(error).message)
      task.waitUntilSeen()
      throw error
    }
  }

  private static let textChanged = Text(
    zh: "协议刚刚改过，请再看一遍", en: "the agreement was changed just now: read it again")

  /// Shows a text that replaces the one that was read.
  private func show(_ text: AgreementText, at now: Timestamp) {
    (self.text, shownAt, isNew) = (text, now, true)
    show()
  }

  /// The fault of an entry; nil where there is none.
  private func fault(of signature: CompanionAction.Signature) throws -> (message: Text, fields: [String: Text])?
  {
    let now = walk.now()
    let present = try walk.agreementText(of: installation.record, at: now, done: options.done)
    if present.sha256 != text.sha256 || signature.textSha256 != text.sha256 {
      show(present, at: now)
      return (Self.textChanged, [:])
    }
    guard signature.readToEnd else {
      return (Text(zh: "请把协议看到最后再签", en: "read the agreement to its end before you sign"), [:])
    }
    do {
      let _: WrittenText = try workplace.written(signature.name, as: .name, option: "name")
    } catch {
      let problem = (error as? EntryRejected)?.fault.message ?? FieldProblem.Fault.missing.message
      return (Text(zh: "姓名：\(problem.zh)", en: "name: \(problem.en)"), ["name": problem])
    }
    guard let capacity = SignatoryCapacity(rawValue: signature.capacity) else {
      let problem = FieldProblem.Fault.missing.message
      return (Text(zh: "签字身份：\(problem.zh)", en: "capacity: \(problem.en)"), ["capacity": problem])
    }
    if capacity == .authorised, !installation.record.has(.authority) {
      let problem = AuthorityMissing().failure.message
      return (problem, ["authority": problem])
    }
    do throws(AgreementError) {
      let strokes = try SignatureStrokes(json: signature.strokes)
      // The writing cannot have taken longer than the text has been shown; a page may be older than this run of
      // the program.
      let shownSeconds = max(0, now.secondsSince1970 - shownAt.secondsSince1970)
      guard strokes.milliseconds / 1_000 <= Double(shownSeconds) + Self.maxSecondsBeforeRun else {
        let problem = Text(
          zh: "签名的书写时间比协议显示的时间还长，请重新签名",
          en: "the signature took longer than the agreement has been shown: write it anew")
        return (problem, ["strokes": problem])
      }
    } catch {
      let problem = explain(error).message
      return (problem, ["strokes": problem])
    }
    return nil
  }

  // MARK: - The signatory's phone

  /// The phone of the person who signs, once its last four digits were entered.
  /// - Returns: nil where the entry was refused.
  /// - Throws: `SignatoryPhoneUnproven` where the technician has to look at the number and cannot be asked.
  private func phone(of name: PersonName, digits typed: String, _ action: CompanionAction) throws
    -> PhoneNumber?
  {
    if name != expected.name, options.signatoryPhone == nil {
      guard console.canPrompt else {
        let message = Text(
          zh: "电脑上没有这个签字人的电话，请技术人员用 --signatory 和 --signatory-phone 再运行",
          en:
            "the laptop has no phone of this signatory: the technician runs it again with --signatory and --signatory-phone"
        )
        task.refuse(action, message, fields: ["name": message])
        return nil
      }
      try askPhone(
        Text(zh: "签字人 \(name.full) 的电话", en: "phone of the signatory \(name.full)"), suggesting: nil)
      expected.name = name
    }
    let digits = TextNormalization.typed(typed).filter(\.isNumber)
    if digits.count == 4, expected.phone.full.filter(\.isNumber).hasSuffix(digits) {
      expected.name = name
      return expected.phone
    }
    tries += 1
    let isOver = tries >= Self.maxTries
    // The message is always the same, so that nobody learns which digit was right.
    let message = Text(
      zh: "后四位与电脑上登记的电话不符", en: "these are not the last four digits of the phone on the laptop")
    task.refuse(action, message, fields: ["lastDigits": message])
    if isOver {
      guard console.canPrompt else {
        task.waitUntilSeen()
        throw SignatoryPhoneUnproven()
      }
      console.say(
        Text(zh: "  手机后四位错了 \(tries) 次，请核对签字人的电话", en: "  the phone's last digits were wrong \(tries) times"),
        .yellow)
      try askPhone(Text(zh: "签字人电话", en: "phone of the signatory"), suggesting: expected.phone.full)
      tries = 0
      show()
    }
    return nil
  }

  /// Asks the technician for the signatory's phone, while the page waits.
  private func askPhone(_ question: Text, suggesting fallback: String?) throws {
    task.showBusy(Text(zh: "请技术人员在电脑上核对电话", en: "the technician enters the phone on the laptop"))
    let typed = try console.prompter.text(
      question, fallback: fallback,
      problem: { PhoneNumber($0) == nil ? FieldProblem.Fault.notAPhone.message : nil })
    if let phone = PhoneNumber(typed) { expected.phone = phone }
  }

  // MARK: - The paper

  /// The resolution of the pictures of a paper's pages, dots an inch.
  private static let dotsPerInch = 130
  /// The maximum size of the picture of a page, pixels.
  private static let maxPixels = 4_000_000

  /// Shows the signed bytes: the PDF under an address of its own, and its pages as pictures.
  private static func showPaper(_ agreement: AgreementRecord?, title: String, on task: PhoneTask) throws {
    guard let agreement else { return }
    let pdf = try task.workplace.agreementFile(agreement)
    let address = try task.session.publishPaper(pdf, mediaType: "application/pdf", named: "agreement.pdf")
    var pages: [String] = []
    // Without poppler there are no pictures; only the PDF itself counts.
    if let document = try? PopplerPages(pdf) {
      for index in 0..<document.count {
        guard
          let picture = try? document.picture(
            ofPage: index, dotsPerInch: dotsPerInch, maxPixels: maxPixels
          ).png()
        else { continue }
        let name = "agreement-\(index + 1).png"
        task.session.publish(picture, mediaType: "image/png", named: name)
        pages.append(name)
      }
    }
    task.show(
      .done(
        CompanionView.Done(
          text: Text(
            zh: "协议已签。请保存 PDF；这个地址在电脑上结束以后就打不开了",
            en: "Signed. Save the PDF: its address ends with the task on the laptop")[
              task.language],
          papers: [CompanionView.Done.Paper(title: title, address: address)], pages: pages)))
    task.workplace.console.say(Text(zh: "  协议地址：\(address)", en: "  the agreement's address: \(address)"))
  }
}

extension CompanionView.Fact {
  fileprivate init(_ fact: Fact) { self.init(name: fact.name, value: fact.value) }
}

extension CompanionView.Block {
  fileprivate init(_ block: AgreementText.Block) {
    self =
      switch block {
      case .heading(let text): .heading(text)
      case .band(let text): .band(text)
      case .facts(let facts): .facts(facts.map(CompanionView.Fact.init))
      case .note(let text): .note(text)
      case .columns(let columns, let rows, _): .columns(titles: columns.map(\.title), rows: rows)
      case .clauses(let clauses): .clauses(clauses)
      }
  }
}
