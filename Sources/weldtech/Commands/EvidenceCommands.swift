import Arguments
import Characters
import Drawing
import Records
import Terminal

/// `photo`: attaches photos as evidence.
enum PhotoCommand {
  struct Options {
    var id = ""
    var stage: Stage?
    var reason: String?
    var files: [String] = []
  }

  enum Stage: String, CaseIterable { case before, after }

  struct Document: Encodable {
    var id: InstallationID
    var photos: [Photo]
    /// What was noticed on the photos; empty where nothing was.
    var remarks: [PhotoRemark]
  }

  static var command: Command<Workplace> {
    Command(
      "photo", Text(zh: "附上安装前或安装后的照片", en: "attach photos from before or after the work"),
      discussion: Text(
        zh: "拍摄时间、地点取自照片里的 EXIF。模糊、过暗、过亮，或与同一台的照片相近，只提醒一次；\n与另一台的照片相近要写明原因。",
        en:
          "Time and place come from the photo's EXIF. A photo that is blurred, dark or bright, or like another of this\nwelder, is pointed out; one that is like a photo of another welder needs a reason."
      ),
      options: Options(),
      parameters: { parameters in
        parameters.installation(\.id)
        parameters.option(
          "stage", \.stage, .choice, placeholder: "before|after",
          Text(zh: "安装前还是安装后", en: "taken before or after the work"))
        parameters.option(
          "reason", \.reason, .string, placeholder: "TEXT", PhotoIntake.reasonTitle)
        parameters.arguments("FILE", \.files, .file, Text(zh: "JPEG 或 PNG 照片", en: "a JPEG or PNG photo"))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let console = workplace.console
    let installation = try workplace.installation(forStepOn: options.id)
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
        locked, stage: stage == .before ? .before : .after, files: options.files, reason: reason)
    }
    try console.answer(Document(id: changed.id, photos: changed.photos, remarks: remarks)) {
      console.put(Text(zh: "已附上 \(options.files.count) 张照片", en: "\(options.files.count) photos attached"))
    }
    return ExitCode.done.rawValue
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
    /// What was noticed on the photo; left out where nothing was.
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

  /// Asks for the seal's number; Enter takes the one behind the last on the roll.
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

  /// Adds the options for the known firmware.
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
