import Arguments
import Fieldbook
import Records
import Terminal

/// Finds the installation that is repaired, sold, moved or retired: by its code, the address that a scanner
/// reads, its id, words of its record, or a photo of its label. A record that only the platform or an archive
/// has is found there by its code or, in an archive, its id.
struct RepairTarget {
  let workplace: Workplace

  /// An installation that was found, with its record to take over where this laptop does not have it yet.
  struct Found {
    let installation: Installation
    /// The record to take over before anything is added to it; nil for a record of this laptop.
    let adopted: InstallationEvent.Adopted?
    fileprivate let workplace: Workplace

    /// Returns this laptop's record, after taking it over where it is another laptop's.
    /// - Throws: the errors of `Fieldbook.adopt`.
    func here() throws -> Installation {
      guard let adopted else { return installation }
      // A record is taken over once, even where a move or a sale is begun twice.
      let taken = try workplace.fieldbook().adopt(adopted, at: workplace.clock.now())
      AdoptionTexts.tell(adopted, to: workplace.console)
      return taken
    }
  }

  /// - Parameters:
  ///   - reference: a code, an address, the beginning of an id, or words of the record such as the unit's name or a phone
  ///     number; nil where only a photo was given.
  ///   - photo: path of a photo of the label.
  ///   - archive: the archive in which a record is looked up that this laptop does not have.
  /// - Throws: `RepairAmbiguous` where the words are those of several welders, `FieldbookError.notFound`, `AdoptionRefused`,
  ///   `InspectionRefused`, and the errors of reading an archive.
  func find(_ reference: String?, photo: String? = nil, archive: AdoptionOptions = AdoptionOptions()) throws
    -> Found
  {
    let technician = try workplace.technician()
    let text = try self.text(of: reference, photo: photo)
    do {
      let installation = try workplace.fieldbook().installation(matching: text)
      workplace.concerned = installation.id
      if archive.file != nil {
        workplace.console.say(
          Text(
            zh: "这台焊机的记录本机已有，没有用档案", en: "the record of this welder is on this laptop; the archive was not used"
          ),
          .yellow)
      }
      return Found(installation: installation, adopted: nil, workplace: workplace)
    } catch FieldbookError.notFound {
      guard archive.file != nil || LabelCode(written: text) != nil else {
        return Found(installation: try search(text), adopted: nil, workplace: workplace)
      }
      let source = AdoptionSource(workplace: workplace)
      let (record, place) = try source.record(text, archive: archive)
      workplace.concerned = record.installation.id
      guard let adopted = InstallationEvent.Adopted(record, from: place, by: technician) else {
        throw InspectionRefused.recordUnreadable(record.installation.id)
      }
      return Found(installation: record.installation, adopted: adopted, workplace: workplace)
    }
  }

  /// Finds an installation of this laptop, and refuses one that only another laptop has, since no repair of it
  /// was begun here.
  /// - Throws: as `find`, and `StepRefused`.
  func findHere(_ reference: String?, photo: String? = nil) throws -> Installation {
    let found = try find(reference, photo: photo)
    guard found.adopted == nil else {
      let refusal: StepRefusal = found.installation.openRepair == nil ? .noRepair : .repairNotBegun
      throw StepRefused(step: .confirm, refusal: refusal)
    }
    return found.installation
  }

  /// The reference that was given; else the code on the photo; else the user's answer.
  private func text(of reference: String?, photo: String?) throws -> String {
    let named =
      try reference ?? photo.map { try PlateReader(workplace: workplace).plate(onPhoto: $0).code.description }
    return try workplace.console.need(named, option: "label-photo") {
      try PlateReader(workplace: workplace).asked()
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
