import Arguments
import Diagrams
import FoundationEssentials
import Records
import Terminal

/// `schemes`: prints the installation schemes.
enum SchemesCommand {
  struct Options {
    var name: String?
    var output: String?
    var phone = PhoneOptions()
  }

  struct Document: Encodable {
    var schemes: [InstallationScheme]
    /// The path of the drawing; left out where none was written.
    var file: String?
  }

  static var command: Command<Workplace> {
    Command(
      "schemes",
      Text(zh: "技术方案：适用焊机、接线、额定值、测试限值", en: "the installation schemes: welders, wiring, ratings, limits"),
      options: Options(),
      parameters: { parameters in
        parameters.argument(
          "NAME", \.name, .string, Text(zh: "只看这一个", en: "only this one"), completion: .dynamic("schemes"))
        parameters.option(
          "output", \.output, .file, placeholder: "F.pdf|F.svg|F.png",
          Text(
            zh: "把接线图写到文件：PDF 是带接线步骤的 A4 卡片，SVG、PNG 在屏幕上看",
            en: "write its wiring diagram: a PDF is an A4 card with the steps, SVG and PNG are for a screen"))
        parameters.phone(\.phone)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let catalogue = try workplace.catalogue()
    let schemes = try options.name.map { [try catalogue.scheme(named: $0)] } ?? catalogue.schemes
    let console = workplace.console
    try options.phone.check(against: options.output.map { _ in "output" })
    if options.phone.isServed {
      guard options.name != nil, let scheme = schemes.first else { throw UsageError.missingArgument("NAME") }
      try PhoneScheme.serve(scheme, options.phone, workplace)
    }
    if let output = options.output { try draw(schemes, to: output, isNamed: options.name != nil, workplace) }
    try console.answer(Document(schemes: schemes, file: options.output)) {
      if let output = options.output {
        console.put(Text(zh: "接线图：\(output)", en: "wiring diagram: \(output)"))
      } else if options.name != nil {
        for scheme in schemes { put(scheme, to: console) }
      } else {
        console.table(
          [Text(zh: "名称", en: "name"), Text(zh: "版本", en: "version"), Text(zh: "适用", en: "for")],
          schemes.map { [$0.name, $0.version, Text(zh: $0.title.zh, en: $0.title.en)[console.language]] })
      }
    }
    return ExitCode.done.rawValue
  }

  /// Writes the drawing of the one scheme that was named, in the form that the file's ending says.
  /// - Throws: `UsageError`, `DiagramError`, `FileFailure`.
  private static func draw(
    _ schemes: [InstallationScheme], to output: String, isNamed: Bool, _ workplace: Workplace
  ) throws {
    guard isNamed, let scheme = schemes.first else { throw UsageError.missingArgument("NAME") }
    let language = SchemeDiagram.Language(rawValue: workplace.console.language.rawValue) ?? .zh
    let diagram = try SchemeDiagram(scheme, language: language)
    let ending = output.lowercased()
    let drawing: Data
    if ending.hasSuffix(".pdf") {
      let setup = try workplace.fieldbook().setup()
      drawing = try SchemeCard(diagram, company: setup.technician?.company ?? setup.company).render()
    } else if ending.hasSuffix(".svg") {
      drawing = try diagram.svg()
    } else if ending.hasSuffix(".png") {
      drawing = try diagram.png()
    } else {
      throw UsageError.badValue(
        parameter: "--output",
        expected: .described(Text(zh: ".pdf、.svg 或 .png 文件", en: "a .pdf, .svg or .png file")))
    }
    try workplace.writePaper(drawing, to: output)
  }

  /// Shows a scheme before the work: its name, the reason for choosing it, and the wiring.
  static func tell(_ scheme: InstallationScheme, chosenFor welder: Welder, to console: Console) {
    guard !console.isJSON else { return }
    let reasons = scheme.conditions.map {
      "\($0.title[console.language]) \($0.value(of: welder)[console.language])"
    }
    put(scheme, to: console)
    console.paragraph(
      Text(zh: "选用原因：\(reasons.joined(separator: "；"))", en: "chosen for: \(reasons.joined(separator: "; "))"))
  }

  private static func put(_ scheme: InstallationScheme, to console: Console) {
    console.heading(
      Text(
        zh: "技术方案 \(scheme.name) \(scheme.version)：\(scheme.title.zh)",
        en: "scheme \(scheme.name) \(scheme.version): \(scheme.title.en)"))
    let ratings = scheme.ratings
    console.facts([
      (Text(zh: "模块", en: "module"), scheme.moduleModel),
      (
        Text(zh: "额定", en: "ratings"),
        Text(
          zh:
            "继电器 \(plain(ratings.relayAmps)) A，断路器 \(plain(ratings.breakerAmps)) A，\(plain(ratings.supplyVolts)) V，导线 \(plain(ratings.cableSquareMillimetres)) mm²",
          en:
            "relay \(plain(ratings.relayAmps)) A, breaker \(plain(ratings.breakerAmps)) A, \(plain(ratings.supplyVolts)) V, cable \(plain(ratings.cableSquareMillimetres)) mm²"
        )[console.language]
      ),
    ])
    for (index, step) in scheme.wiring.enumerated() {
      console.paragraph(Text(zh: "\(index + 1). \(step.zh)", en: "\(index + 1). \(step.en)"))
    }
  }
}
