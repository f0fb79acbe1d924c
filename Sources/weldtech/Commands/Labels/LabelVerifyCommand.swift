import Arguments
import Drawing
import Fieldbook
import FoundationEssentials
import Labels
import Records
import Terminal

/// `labels verify`: reads labels from files, compares them with the stock, and reports their quality.
enum LabelVerifyCommand {
  struct Options {
    var files: [String] = []
    var expected: String?
    var isMirrored = false
    var tagKey: String?
  }

  struct Document: Encodable {
    struct Result: Encodable {
      var file: String
      /// Page number of a PDF, from 1; null for a picture.
      var page: Int?
      var readable: Bool
      var payload: String?
      var code: LabelCode?
      /// Whether the tag is the one that the key makes; null without a key.
      var tag: Tag?
      /// The text that the symbol was compared with; null where none is known.
      var expected: String?
      var matches: Bool?
      var mirrored: Bool?
      var inverted: Bool?
      var rotationDegrees: Int?
      var correction: String?
      var modules: Int?
      var contrast: Double?
      var modulation: Double?
      var modulePixels: Double?
      var moduleMillimetres: Double?
      var quietZoneModules: Double?
      var wrongModules: Int?
      var unusedCorrection: Double?
      var concerns: [LabelInspection.Concern]
      var good: Bool
      /// The error because of which the file was not read, or not wholly; null where there is none.
      var error: Problem?
    }

    struct Problem: Encodable {
      var code: String
      var message: String
      var hint: String
    }

    enum Tag: String, Encodable { case right, missing, wrong }

    var results: [Result]
    /// The summary of pages; null where no file has pages.
    var summary: Summary?
  }

  /// Maximum size of a file, bytes: photographs of a whole sheet and PDFs of some hundred pages are within it.
  private static let maxFileBytes = 256 << 20

  static var command: Command<Workplace> {
    Command(
      "verify",
      Text(zh: "读标牌图片、PDF 或照片，核对内容，评估质量", en: "read labels from pictures, PDFs or photos and judge them"),
      options: Options(),
      parameters: { parameters in
        parameters.arguments(
          "FILE", \.files, .file, Text(zh: "PNG、JPEG、PDF 或 SVG", en: "PNG, JPEG, PDF or SVG"))
        parameters.option(
          "expect", \.expected, .string, placeholder: "CODE|TEXT",
          Text(zh: "应当是什么；不写就按文件名和库存核对", en: "what it should be; unless told, by the file's name and the stock")
        )
        parameters.flag(
          "mirrored", \.isMirrored,
          Text(zh: "图应当是镜像的（印在透明亚克力背面）", en: "it should be mirrored, for the back of clear acrylic"))
        parameters.tagKey(
          \.tagKey,
          Text(
            zh: "公司防伪密钥文件：核对标牌码后面的防伪标记",
            en: "the company's key: says whether the tag is right, missing or wrong"))
      }, run: run)
  }

  /// Exits with 1 where a label is unreadable, wrong or the wrong way round, where a file of pages has a code
  /// twice or too few labels on a page, or where one of several files cannot be read.
  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let key = try options.tagKey.map(workplace.tagStore.key)
    var results: [Document.Result] = []
    var summary = Summary()
    let began = ContinuousClock.now
    let console = workplace.console
    for file in options.files {
      if workplace.isInterrupted { throw Cancelled() }
      do {
        try read(file, mirroredFirst: options.isMirrored, began: began, workplace) { page, found in
          if let number = page.number { summary.add(found, ofPage: number, in: file) }
          if found.isEmpty {
            results.append(.init(file: file, page: page.number, readable: false, concerns: [], good: false))
          }
          for symbol in found {
            results.append(try judge(symbol, file: file, page: page.number, key, options, workplace))
          }
        }
      } catch {
        // One of several files that cannot be read does not affect the others.
        guard options.files.count > 1, error is FileFailure || error is PictureRefused else { throw error }
        let failure = explain(error)
        let problem = Document.Problem(
          code: failure.code, message: failure.message[console.language], hint: failure.hint[console.language])
        results.append(.init(file: file, readable: false, concerns: [], good: false, error: problem))
      }
    }
    summary.close()
    let document = Document(results: results, summary: summary.pages.isEmpty ? nil : summary)
    try console.answer(document) {
      for result in results { show(result, on: console) }
      document.summary?.show(on: console)
      showWrongWay(results, options, on: console)
    }
    let isGood = results.allSatisfy(\.good) && summary.isGood
    return isGood ? ExitCode.done.rawValue : ExitCode.failed.rawValue
  }

  /// Reads the symbols of a picture, or of a PDF page by page.
  /// - Throws: `FileFailure`, `PictureRefused`, `Cancelled`, and the errors of `take`.
  private static func read(
    _ file: String, mirroredFirst: Bool, began: ContinuousClock.Instant, _ workplace: Workplace,
    take: (LabelPicture.Page, [LabelInspection]) throws -> Void
  ) throws {
    let bytes = try workplace.read(file, atMost: maxFileBytes)
    let display = ProgressDisplay(for: workplace.console, now: { ContinuousClock.now - began })
    do {
      try LabelPicture.pages(of: bytes) { page in
        if workplace.isInterrupted { throw Cancelled() }
        if page.number == 1 {
          display.begin(
            Text(zh: "读标牌", en: "reading labels"), total: page.count, unit: .items(Text(zh: "页", en: "pages")))
        }
        try take(page, try LabelInspection.symbols(in: page.image, mirroredFirst: mirroredFirst))
        if let number = page.number { display.advance(to: number) }
      }
    } catch {
      display.fail()
      if let error = error as? LabelError { throw PictureRefused(file: file, error: error) }
      throw error
    }
    display.finish()
  }

  // MARK: - Judging

  private static func judge(
    _ symbol: LabelInspection, file: String, page: Int?, _ key: LabelTagKey?, _ options: Options,
    _ workplace: Workplace
  ) throws -> Document.Result {
    let code = LabelPayload.code(in: symbol.text)
    let expected = try expectation(of: code, file: file, options, workplace)
    let matches = expected.map { $0.isCode ? code?.description == $0.text : symbol.text == $0.text }
    let screening = symbol.screening
    let tag = key.map { judge(LabelPayload.tag(in: symbol.text), of: code, $0) }
    return Document.Result(
      file: file, page: page, readable: true, payload: symbol.text, code: code, tag: tag,
      expected: expected?.text,
      matches: matches, mirrored: symbol.isMirrored, inverted: symbol.isInverted,
      rotationDegrees: symbol.rotationDegrees, correction: symbol.correction?.rawValue,
      modules: screening?.moduleCount, contrast: rounded(screening?.contrast),
      modulation: rounded(screening?.modulation), modulePixels: rounded(screening?.modulePixels),
      moduleMillimetres: rounded(screening?.moduleMillimetres), quietZoneModules: screening?.quietModules,
      wrongModules: screening?.wrongModules, unusedCorrection: rounded(screening?.unusedCorrection),
      concerns: symbol.concerns,
      good: matches != false && symbol.isMirrored == options.isMirrored && (tag ?? .right) == .right)
  }

  private static func judge(_ tag: LabelTag?, of code: LabelCode?, _ key: LabelTagKey) -> Document.Tag {
    guard let code, let tag else { return .missing }
    return key.made(tag, for: code) ? .right : .wrong
  }

  /// Finds the text that a label should have: from the option, from the file's name, or otherwise from the
  /// stock. The result is nil where none is known.
  private static func expectation(of code: LabelCode?, file: String, _ options: Options, _ workplace: Workplace)
    throws -> (text: String, isCode: Bool)?
  {
    if let told = options.expected {
      return LabelCode(written: told).map { ($0.description, true) } ?? (told, false)
    }
    if let named = LabelCode(URL(filePath: file).deletingPathExtension().lastPathComponent) {
      if named != code { return (named.description, true) }
      return try workplace.fieldbook().label(of: named).payload.map { ($0, false) } ?? (named.description, true)
    }
    guard let code else { return nil }
    return try workplace.fieldbook().label(of: code).payload.map { ($0, false) }
  }

  private static func rounded(_ value: Double?) -> Double? { value.map { ($0 * 1000).rounded() / 1000 } }

  // MARK: - Showing

  private static func show(_ result: Document.Result, on console: Console) {
    let place =
      result.page.map { Text(zh: "\(result.file) 第 \($0) 页", en: "\(result.file), page \($0)") }
      ?? Text(verbatim: result.file)
    if let error = result.error {
      console.put(Text(zh: "\(place.zh)：没有读到：\(error.message)", en: "\(place.en): not read: \(error.message)"))
      console.put("  → \(error.hint)")
      return
    }
    guard result.readable else {
      console.put(Text(zh: "\(place.zh)：读不出标牌", en: "\(place.en): no label can be read"))
      return
    }
    console.put(Text(zh: "\(place.zh)：\(result.payload ?? "")", en: "\(place.en): \(result.payload ?? "")"))
    if result.matches == false, let expected = result.expected {
      console.put(Text(zh: "  不符，应是 \(expected)", en: "  it should be \(expected)"))
    }
    switch result.tag {
    case .right: console.put(Text(zh: "  防伪标记正确", en: "  its tag is right"))
    case .missing: console.put(Text(zh: "  没有防伪标记：不是本公司印的，或是有密钥以前印的", en: "  it has no tag"))
    case .wrong: console.put(Text(zh: "  防伪标记不对，可能是仿制的", en: "  its tag is wrong: it is no label of this key"))
    case nil: break
    }
    if result.mirrored == true { console.put(Text(zh: "  图是镜像的（左右反了）", en: "  it is mirrored")) }
    if result.inverted == true { console.put(Text(zh: "  浅色印在深色上", en: "  it is light on dark")) }
    guard let contrast = result.contrast, let modulation = result.modulation else {
      console.put(
        Text(zh: "  不是本程序编的二维码，只核对内容", en: "  it was encoded otherwise than here; only its text was checked"))
      return
    }
    let size =
      result.moduleMillimetres.map { Text(zh: "每格 \(plain($0)) 毫米", en: "module \(plain($0)) mm") }
      ?? Text(
        zh: "每格 \(plain(result.modulePixels ?? 0)) 像素", en: "module \(plain(result.modulePixels ?? 0)) pixels")
    let unused = result.unusedCorrection.map { percent($0) } ?? "–"
    let quiet = plain(result.quietZoneModules ?? 0)
    console.put(
      Text(
        zh: "  对比度 \(percent(contrast))，调制比 \(percent(modulation))，\(size.zh)，静区 \(quiet) 格，纠错余量 \(unused)",
        en:
          "  contrast \(percent(contrast)), modulation \(percent(modulation)), \(size.en), quiet zone \(quiet) modules, unused correction \(unused)"
      ))
    for concern in result.concerns {
      let words = words(for: concern)
      console.put(Text(zh: "  注意：\(words.zh)", en: "  mind: \(words.en)"))
    }
  }

  /// Reports labels that lie the other way round than expected, with the remedy where this is intended.
  private static func showWrongWay(_ results: [Document.Result], _ options: Options, on console: Console) {
    let count = results.count { $0.mirrored == !options.isMirrored }
    guard count > 0 else { return }
    console.put(
      options.isMirrored
        ? Text(
          zh: "\(count) 块标牌的图不是镜像的，而 --mirrored 要的是镜像的",
          en: "\(count) labels are not mirrored, as --mirrored wants them")
        : Text(
          zh: "\(count) 块标牌的图是镜像的（左右反了）；如果是印在透明亚克力背面用的，加 --mirrored 再核对",
          en:
            "\(count) labels are mirrored; if they are for the back of clear acrylic, verify them with --mirrored"
        ))
  }

  private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

  private static func words(for concern: LabelInspection.Concern) -> Text {
    switch concern {
    case .contrast: Text(zh: "对比度低，褪色或光线不好", en: "little contrast: faded, or badly lit")
    case .modulation:
      Text(zh: "有的格子分不清深浅，模糊或油墨扩散", en: "some modules are neither dark nor light: blurred, or ink that spread")
    case .moduleSize: Text(zh: "格子小于 0.5 毫米", en: "modules smaller than 0.5 mm")
    case .quietZone: Text(zh: "静区不足 4 格", en: "fewer than 4 light modules around it")
    case .unusedCorrection:
      Text(zh: "破损多，纠错余量不多了", en: "so damaged that little of the error correction is left")
    }
  }
}

/// The error that labels cannot be searched in a file.
struct PictureRefused: Error {
  let file: String
  let error: LabelError
}

extension PictureRefused: Explained {
  var failure: Failure {
    switch error {
    case .drawing(.pdf(.noPoppler)):
      Failure(
        code: "labels.verify.poppler",
        message: Text(zh: "读 \(file) 需要 poppler", en: "reading \(file) takes poppler, which is not installed"),
        hint: Text(zh: "sudo apt install libpoppler-glib8", en: "sudo apt install libpoppler-glib8"))
    case .drawing(let error) where error.isOfPageProgram:
      error.failure.within(Text(zh: "\(file)：", en: "\(file): "))
    case .drawing(.png(.tooLarge)), .drawing(.jpeg(.tooLarge)), .drawing(.pdf(.tooLarge)):
      Failure(
        code: "labels.verify.tooLarge",
        message: Text(
          zh: "\(file) 的画面超过 1 亿像素", en: "\(file) has a picture of more than 100 million pixels"),
        hint: Text(zh: "缩小或裁剪后再试", en: "scale it down or cut it out"), exit: .badData)
    case .drawing(.svg(.tooLarge)):
      Failure(
        code: "labels.verify.svg",
        message: Text(
          zh: "\(file) 超过 256 KB 或五万个元素", en: "\(file) is an SVG of more than 256 KB or 50,000 elements"),
        hint: Text(zh: "导出为 PNG 或 PDF 再读", en: "export it as PNG or PDF and read that"), exit: .badData)
    case .drawing(.svg(.feature(let name))):
      Failure(
        code: "labels.verify.svg",
        message: Text(
          zh: "\(file) 用了“\(name)”，这里只画形状和渐变",
          en: "\(file) uses \(name); only shapes and gradients are drawn here"),
        hint: Text(zh: "导出为 PNG 或 PDF 再读", en: "export it as PNG or PDF and read that"), exit: .badData)
    case .drawing(.png), .drawing(.jpeg), .drawing(.pdf), .drawing(.svg(.notSVG)), .drawing(.svg(.damaged)),
      .drawing(.svg(.noSize)):
      Failure(
        code: "labels.verify.picture",
        message: Text(
          zh: "\(file) 不是完整的 PNG、JPEG、PDF 或 SVG",
          en: "\(file) is no whole PNG, JPEG (grey or colour), PDF or SVG"),
        hint: Text(zh: "检查文件，或另存为 PNG", en: "check the file, or save it as PNG"), exit: .badData)
    default: error.failure
    }
  }
}
