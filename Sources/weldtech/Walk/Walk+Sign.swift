import Agreements
import FoundationEssentials
import Records

extension Walk {
  struct SignOrder {
    /// The document with the strokes, as it was read.
    var strokes: Data
    /// The name of the signatory; nil for the responsible person.
    var name: PersonName?
    var phone: PhoneNumber?
    var capacity = SignatoryCapacity.proprietor
  }

  struct SignOutcome {
    var installation: Installation
    /// The path of a readable copy of the agreement; the original is stored by its content.
    var file: String
  }

  /// Takes the proprietor's signature: the agreement is made and stored, and the record is closed and queued.
  /// The signed record is computed from its events, every file that it names is read, and nothing can be added
  /// meanwhile.
  func sign(_ locked: LockedInstallation, _ order: SignOrder) throws -> SignOutcome {
    try require(.sign, of: locked)
    let installation = try fieldbook.provenRecord(of: locked.id)
    try require(.sign, of: installation)
    let strokes = try SignatureStrokes(json: order.strokes)
    let signatory = Signatory(
      name: order.name ?? installation.owner.responsibleName,
      phone: order.phone ?? installation.owner.responsiblePhone, capacity: order.capacity)
    let signedAt = now()
    let files = try fieldbook.files
    let strokesSha256 = try files.store(order.strokes)
    let catalogue = try workplace.catalogue()
    let title = catalogue.schemes.first { $0.name == installation.scheme?.name }?.title.zh
    let document = try Agreement(
      of: installation, signatory: signatory, signedAt: signedAt, strokes: strokes,
      strokesSha256: strokesSha256, schemeTitle: title
    ).render()
    let sha256 = try files.store(document.pdf)
    let record = AgreementRecord(
      sha256: sha256, bytes: document.pdf.count, signedAt: signedAt, signatory: signatory,
      strokesSha256: strokesSha256)
    let closed = try close(installation, with: record, of: locked)
    let file = workplace.documentPath(of: installation, named: "agreement.pdf")
    try workplace.write(document.pdf, to: file)
    return SignOutcome(installation: closed, file: file)
  }
}
