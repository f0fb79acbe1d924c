import Arguments
import Characters
import Companion
import Drawing
import Records
import Terminal

/// `photo`: attaches photos as evidence.
enum PhotoCommand {
  struct Options {
    var id = ""
    var stage: Stage?
    var reason: String?
    var phone = PhoneOptions()
    var files: [String] = []
  }

  enum Stage: String, CaseIterable {
    case before, after

    var ofPhoto: Photo.Stage { self == .before ? .before : .after }
  }

  struct Document: Encodable {
    var id: InstallationID
    var photos: [Photo]
    /// The remarks about the photos; empty where there are none.
    var remarks: [PhotoRemark]
  }

  static var command: Command<Workplace> {
    Command(
      "photo", Text(zh: "附上安装前或安装后的照片", en: "attach photos from before or after the work"),
      discussion: Text(
        zh:
          "拍摄时间、地点取自照片里的 EXIF。模糊、过暗、过亮，或与同一台的照片相近，只提醒一次；\n与另一台的照片相近要写明原因。--phone 用手机拍：扫终端里的二维码，按提示拍，拍好在手机上点完成。--json 时也可以用，\n地址写在标准错误上，问题由手机回答。",
        en:
          "Time and place come from the photo's EXIF. A photo that is blurred, dark or bright, or like another of this\nwelder, is pointed out; one that is like a photo of another welder needs a reason. With --phone a phone is the\ncamera: scan the symbol, take what the page asks for, and finish there. It goes with --json too: the address is on\nstderr, and the phone answers the questions."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.option(
          "stage", \.stage, .choice, placeholder: "before|after",
          Text(zh: "安装前还是安装后", en: "taken before or after the work"))
        parameters.option(
          "reason", \.reason, .string, placeholder: "TEXT", PhotoIntake.reasonTitle)
        parameters.phone(\.phone, browser: true)
        parameters.arguments(
          "FILE", \.files, .file, Text(zh: "JPEG 或 PNG 照片", en: "a JPEG or PNG photo"),
          isRequired: false)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    try options.phone.check()
    let installation = try workplace.installation(forStepOn: options.id)
    if options.phone.isServed { return try serve(options, installation, workplace) }
    guard !options.files.isEmpty else { throw UsageError.missingArgument("FILE") }
    let stage = try console.need(options.stage, option: "stage") {
      try console.prompter.choose(
        Text(zh: "照片是什么时候拍的", en: "when were they taken"),
        [
          Choice("before", Text(zh: "安装前", en: "before the work"), value: Stage.before),
          Choice("after", Text(zh: "安装后", en: "after the work"), value: Stage.after),
        ], fallback: installation.has(.before) ? 1 : 0)
    }
    let reason = try workplace.written(options.reason, as: .note, option: "reason")
    let (changed, remarks) = try workplace.step(on: installation) { walk, locked in
      try walk.photograph(
        locked, stage: stage.ofPhoto, files: options.files, reason: reason)
    }
    return try answer(changed, remarks, count: options.files.count, console)
  }

  private static func answer(
    _ installation: Installation, _ remarks: [PhotoRemark], count: Int, _ console: Console
  ) throws -> Int32 {
    try console.answer(Document(id: installation.id, photos: installation.photos, remarks: remarks)) {
      console.put(Text(zh: "已附上 \(count) 张照片", en: "\(count) photos attached"))
    }
    return ExitCode.done.rawValue
  }

  // MARK: - On a phone

  /// Serves the page for the photos of a stage until the phone has finished. Without an option, the stage is
  /// that of the walk's next photos.
  private static func serve(_ options: Options, _ installation: Installation, _ workplace: Workplace) throws
    -> Int32
  {
    guard options.files.isEmpty else {
      throw UsageError.conflictingOptions(options.phone.isOnPhone ? "--phone" : "--browser", "FILE")
    }
    let stage = options.stage?.ofPhoto ?? (installation.isDone(.seal) ? .after : .before)
    let reason = try workplace.written(options.reason, as: .note, option: "reason")
    let short = String(installation.id.text.prefix(8))
    let again = workplace.commandLine(["photo", short, "--stage", stage.rawValue] + options.phone.words)
    return try WalkStopped.naming(again) {
      let (changed, photos) = try workplace.step(on: installation) { walk, locked in
        try walk.require(stage.step, of: locked)
        let name = PhoneFolders.photos(locked.id)
        let title = Text(zh: "\(stage.title.zh)照片", en: "photos \(stage.title.en)")
        let task = try PhoneTask(
          workplace, options.phone, name: name, title: title, subject: locked.record.phoneSubject,
          view: .photos(CompanionView.Photos(shots: [])))
        defer { task.stop() }
        let photos = PhonePhotos(
          walk, locked, task, taskName: name, shots: PhotoShot.of(stage), reason: reason)
        try photos.serve(title: title)
        task.finish(.done(CompanionView.Done(text: Text.photosKept[workplace.console.language])))
        return (locked.record, photos)
      }
      return try answer(changed, photos.remarks, count: photos.attached, workplace.console)
    }
  }
}

/// `seal`: records the seal.
enum SealCommand {
  struct Options {
    var id = ""
    var number: String?
    var photo: String?
    var photoReason: String?
  }

  struct Document: Encodable {
    var id: InstallationID
    var seal: Seal?
    /// The remarks about the photo; left out where there are none.
    var remarks: [PhotoRemark]?
  }

  static var command: Command<Workplace> {
    Command(
      "seal", Text(zh: "记录封条", en: "record the seal"), options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.option(
          "number", \.number, .string, placeholder: "N", Text(zh: "封条编号", en: "the seal's number"))
        parameters.option("photo", \.photo, .file, Text(zh: "封条照片", en: "a photo of the seal"))
        parameters.photoReason(\.photoReason)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    let installation = try workplace.installation(forStepOn: options.id)
    let number = try console.need(options.number, option: "number") {
      try console.asking { try askNumber(workplace) }
    }
    let reason = try workplace.written(options.photoReason, as: .note, option: "photo-reason")
    let (changed, remarks) = try workplace.step(on: installation) { walk, locked in
      try walk.seal(locked, number: try sealNumber(number), photoFile: options.photo, reason: reason)
    }
    try console.answer(Document(id: changed.id, seal: changed.seal, remarks: remarks.isEmpty ? nil : remarks)) {
      console.put(Text(zh: "封条 \(number) 已记录", en: "seal \(number) recorded"))
      if installation.isDone(.test), !changed.isDone(.test) {
        console.say(Text(zh: "封条换过，需要再测一次", en: "the seal is new, so the test has to be run again"))
      }
    }
    return ExitCode.done.rawValue
  }

  /// Asks for the seal's number; Enter takes the number after the last one on the roll.
  static func askNumber(_ workplace: Workplace) throws -> String {
    let next = try workplace.fieldbook().lastSealNumber().flatMap { SealNumber.next(after: $0) }
    return try Prompter(workplace.console, goesBack: true).text(
      Text(zh: "封条编号", en: "seal number"), fallback: next, note: Text(zh: "接上一条", en: "the next one"),
      problem: { (try? sealNumber($0)) == nil ? SealMistyped().failure.message : nil })
  }

  /// The seal's number in one line of 1 to 40 characters, without invisible characters.
  static func sealNumber(_ text: String) throws -> String {
    do {
      return try WrittenText(TextNormalization.typed(text), .line(maxCharacters: 40), drawnBy: FontCoverage())
        .text
    } catch {
      throw SealMistyped()
    }
  }
}

struct SealMistyped: Error {}

extension Parameters {
  /// Adds the argument for the installation on which a command works.
  mutating func installation(_ path: WritableKeyPath<Options, String>) {
    argument(
      "ID", path, .string,
      Text(
        zh: "记录号、记录号的前几位（至少 4 位）或标牌码",
        en: "id of the installation, its first characters (4 at least), or its label code"),
      completion: .dynamic("installations"))
  }

  /// Adds the option for why a photo is right although it resembles one of another installation, where `--reason` alone
  /// could mean something else.
  mutating func photoReason(_ path: WritableKeyPath<Options, String?>) {
    option("photo-reason", path, .string, placeholder: "TEXT", PhotoIntake.reasonTitle)
  }

  /// Adds the options for the firmware that a module gets.
  mutating func firmware(
    image: WritableKeyPath<Options, String?>, manifest: WritableKeyPath<Options, String?>,
    allowsDowngrade: WritableKeyPath<Options, Bool>
  ) {
    firmware(image: image, manifest: manifest)
    flag(
      "allow-downgrade", allowsDowngrade,
      Text(zh: "允许退回旧版", en: "let an older version replace a newer one"))
  }

  /// Adds the options for the firmware's image and its manifest.
  mutating func firmware(
    image: WritableKeyPath<Options, String?>, manifest: WritableKeyPath<Options, String?>
  ) {
    option(
      "image", image, .file, placeholder: "F.bin",
      Text(zh: "固件文件", en: "the image; unless told the newest for the chip"))
    option(
      "manifest", manifest, .file, placeholder: "F.json", Text(zh: "固件说明文件", en: "the image's manifest"))
  }

  /// Adds the option for the serial port of a module.
  mutating func port(_ path: WritableKeyPath<Options, String?>) {
    option(
      "port", path, .string, placeholder: "P", Text(zh: "模块所在的串口", en: "the serial port the module is on"),
      completion: .dynamic("ports"))
  }
}
