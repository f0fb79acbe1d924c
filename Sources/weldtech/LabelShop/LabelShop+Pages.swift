import Files
import FoundationEssentials
import Labels
import Records

extension LabelShop {
  /// Number of labels on a proof.
  private static let proofLabels = 4

  /// Makes the labels of a request as pages, with ticket and proof where a print shop gets them.
  /// - Parameter onMade: A function that gets the number of labels made so far.
  /// - Returns: The paths of all files that were made; those of pages account for the whole request.
  /// - Throws: `LabelError`, `FileFailure`, `Cancelled`.
  func deliver(_ pages: Pages, of request: Request, onMade: (Int) -> Void) throws -> [String] {
    let (template, settings, labels) = (request.template, request.settings, request.labels)
    let sheets = try LabelSheets(
      template: template, settings: settings, layout: pages.layout, inks: settings.inks,
      verification: pages.verification, workers: request.workers)
    let delivery = try sheets.run(
      labels, count: labels.count, output: pages.file, title: "\(template.titleChinese) \(labels.count)",
      isCancelled: isCancelled,
      events: { event in
        switch event {
        case .made(let labels): onMade(labels)
        case .finished: HeapMemory.giveBack()
        }
      })
    guard let delivery else { throw Cancelled() }
    guard pages.isForPrintShop, let first = delivery.first else { return delivery.files }
    let stem = pages.file.lowercased().hasSuffix(".pdf") ? String(pages.file.dropLast(4)) : pages.file
    let proof = try makeProof(pages, of: request, to: stem + "-proof.pdf")
    let ticket = LabelTicket(
      .init(
        files: delivery.files.map { URL(filePath: $0).lastPathComponent }, proof: proof.facts,
        labels: delivery.labels, firstCode: labels.first?.payload.code.description ?? "",
        lastCode: labels.last?.payload.code.description ?? "",
        dotsPerInch: settings.dotsPerInch ?? template.defaultDotsPerInch,
        moduleMillimetres: first.moduleMillimetres, correction: first.correction),
      template: template, layout: pages.layout, inks: settings.inks)
    try files.write(try ticket.pdf(date: clock.now().description), stem + "-ticket.pdf")
    return delivery.files + proof.files + [stem + "-ticket.pdf"]
  }

  /// Makes a proof of the first labels; on a sheet they begin at its first place.
  private func makeProof(_ pages: Pages, of request: Request, to file: String) throws -> (
    facts: LabelTicket.Facts.Proof, files: [String]
  ) {
    var layout = pages.layout
    if var sheet = layout.sheet {
      sheet.startAt = 1
      layout = try SheetLayout(template: request.template, sheet: sheet)
    }
    let labels = request.labels.prefix(Self.proofLabels)
    let delivery = try LabelSheets(
      template: request.template, settings: request.settings, layout: layout, inks: request.settings.inks,
      verification: .pages, workers: 1
    ).run(labels, count: labels.count, output: file, title: "校样")
    return (
      .init(file: URL(filePath: file).lastPathComponent, codes: labels.map(\.payload.code.description)),
      delivery?.files ?? []
    )
  }
}
