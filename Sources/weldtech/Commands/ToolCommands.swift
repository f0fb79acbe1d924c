import Arguments
import Records
import Terminal

/// `schemes`: prints the installation schemes.
enum SchemesCommand {
  struct Options {
    var name: String?
    var phone = PhoneOptions()
  }

  struct Document: Encodable {
    var schemes: [InstallationScheme]
  }

  static var command: Command<Workplace> {
    Command(
      "schemes",
      Text(zh: "技术方案：适用焊机、接线、额定值、测试限值", en: "the installation schemes: welders, wiring, ratings, limits"),
      options: Options(),
      parameters: { parameters in
        parameters.argument(
          "NAME", \.name, .string, Text(zh: "只看这一个", en: "only this one"), completion: .dynamic("schemes"))
        parameters.phone(\.phone)
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let catalogue = try workplace.catalogue()
    let schemes = try options.name.map { [try catalogue.scheme(named: $0)] } ?? catalogue.schemes
    let console = workplace.console
    try options.phone.check()
    if options.phone.isServed {
      guard options.name != nil, let scheme = schemes.first else { throw UsageError.missingArgument("NAME") }
      try PhoneScheme.serve(scheme, options.phone, workplace)
    }
    try console.answer(Document(schemes: schemes)) {
      if options.name != nil {
        for scheme in schemes { put(scheme, to: console) }
      } else {
        console.table(
          [Text(zh: "名称", en: "name"), Text(zh: "版本", en: "version"), Text(zh: "适用", en: "for")],
          schemes.map { [$0.name, $0.version, Text(zh: $0.title.zh, en: $0.title.en)[console.language]] })
      }
    }
    return ExitCode.done.rawValue
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
