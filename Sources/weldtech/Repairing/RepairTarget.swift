import Arguments
import Fieldbook
import Records
import Terminal

/// Finds the installation that is repaired, sold, moved or retired: by its code, the address that a scanner reads, its id, words of
/// its record, or a photo of its label.
struct RepairTarget {
  let workplace: Workplace

  /// - Parameters:
  ///   - reference: a code, an address, the beginning of an id, or words of the record such as the unit's name or a phone
  ///     number; nil where only a photo was given.
  ///   - photo: path of a photo of the label.
  /// - Throws: `RecordElsewhere` where only the platform has the record, `RepairAmbiguous` where the words are those of several
  ///   welders, `FieldbookError.notFound`, `InspectionRefused`.
  func find(_ reference: String?, photo: String? = nil) throws -> Installation {
    _ = try workplace.technician()
    let named =
      try reference ?? photo.map { try PlateReader(workplace: workplace).plate(onPhoto: $0).code.description }
    let console = workplace.console
    let text = try console.need(named, option: "label-photo") {
      try PlateReader(workplace: workplace).asked()
    }
    do {
      let installation = try workplace.fieldbook().installation(matching: text)
      workplace.concerned = installation.id
      return installation
    } catch FieldbookError.notFound(let missing) {
      guard LabelCode(written: text) != nil else { return try search(text) }
      let found = try RecordSource(workplace: workplace).find(text)
      throw RecordElsewhere(installation: found.installation)
    }
  }
}

extension PlateReader {
  /// Asks for the label of an installed welder.
  fileprivate func asked() throws -> String {
    try Prompter(workplace.console, goesBack: true).text(
      Text(zh: "扫描标牌，或写标牌码、单位、电话", en: "scan the label, or type its code, the unit or a phone number"),
      problem: { typed in
        // A code has two hyphens, and an address two slashes; a name and a phone number have neither.
        let isCode = typed.utf8.count { $0 == UInt8(ascii: "-") } >= 2 || typed.utf8.contains(UInt8(ascii: "/"))
        return isCode && LabelCode(written: typed) == nil ? explain(CodeMistyped(text: typed)).message : nil
      })
  }
}

/// The platform has the record and this laptop has not, so that nothing can be added to its log here.
struct RecordElsewhere: Error {
  let installation: Installation
}

extension RecordElsewhere: Explained {
  var failure: Failure {
    let technician = installation.technician
    let (company, name) = (technician?.company.text ?? "–", technician?.name.masked ?? "–")
    return Failure(
      code: "repair.record.elsewhere",
      message: Text(
        zh: "这台焊机的记录不在这台电脑上：由\(company)的\(name)安装登记",
        en: "the record of this welder is not on this laptop: \(name) of \(company) installed it"),
      hint: Text(
        zh: "在装它的那台电脑上维修，或请公司转来；这台电脑可以检查：weldtech inspect 标牌码 --port 串口",
        en:
          "repair it with the laptop that installed it, or ask the company; here it can be inspected: weldtech inspect CODE --port P"
      ), exit: .badData)
  }
}
