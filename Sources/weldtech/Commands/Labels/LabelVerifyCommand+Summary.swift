import Labels
import Terminal

extension LabelVerifyCommand {
  /// The summary of all files of pages: the number of labels on each page, and the codes that occur twice.
  struct Summary: Encodable {
    struct Page: Encodable {
      var file: String
      /// Page number, from 1.
      var page: Int
      /// Number of labels that were read on the page.
      var labels: Int
      /// Whether most pages of the file have another number of labels.
      var differs = false
      /// Whether labels are missing on the page: it has fewer than the other pages, is not the last page of its
      /// file, and does not merely lack the first places of a partly used sheet.
      var isShort = false

      fileprivate var centres: [Point] = []

      private enum CodingKeys: String, CodingKey {
        case file, page, labels, differs
        case isShort = "short"
      }
    }

    struct Repeated: Encodable {
      /// The label's code, or the symbol's text where it has no code.
      var code: String
      var places: [Place]

      /// Whether no single file has the code twice, since a proof and its batch may both be given.
      var isOverFiles: Bool { Set(places.map(\.file)).count == places.count }
    }

    struct Place: Encodable, Hashable {
      var file: String
      /// Page number, from 1.
      var page: Int
    }

    private(set) var labels = 0
    /// Number of different codes among `labels`.
    private(set) var codes = 0
    private(set) var pages: [Page] = []
    /// Codes that were read more than once, in the order in which they were first read.
    private(set) var repeated: [Repeated] = []
    private var places: [String: [Place]] = [:]
    /// Codes in the order in which they were first read.
    private var order: [String] = []

    private enum CodingKeys: CodingKey { case labels, codes, pages, repeated }

    /// Whether no file has a code twice or a page with too few labels.
    var isGood: Bool { repeated.allSatisfy(\.isOverFiles) && !pages.contains(where: \.isShort) }

    mutating func add(_ found: [LabelInspection], ofPage number: Int, in file: String) {
      // Only the first two pages are compared with each other.
      pages.append(
        Page(
          file: file, page: number, labels: found.count,
          centres: number <= 2 ? found.map(\.centre) : []))
      for text in found.map(\.text) {
        let code = LabelPayload.code(in: text)?.description ?? text
        labels += 1
        if places[code] == nil { order.append(code) }
        places[code, default: []].append(Place(file: file, page: number))
      }
    }

    /// Summarises everything that was added.
    mutating func close() {
      codes = order.count
      repeated = order.compactMap { code in
        places[code].flatMap { $0.count > 1 ? Repeated(code: code, places: $0) : nil }
      }
      for (_, indices) in Dictionary(grouping: pages.indices, by: { pages[$0].file }) {
        let counts = Dictionary(indices.map { (pages[$0].labels, 1) }, uniquingKeysWith: +)
        let most = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
        for index in indices {
          pages[index].differs = pages[index].labels != most
          pages[index].isShort = index != indices.last && pages[index].labels < most ?? 0
        }
        if indices.count > 1, pages[indices[0]].isShort,
          Self.begins(pages[indices[0]], before: pages[indices[1]])
        {
          pages[indices[0]].isShort = false
        }
      }
    }

    /// Whether the first page lacks only the places that are filled first, as with `labels batch --start-at`.
    private static func begins(_ first: Page, before second: Page) -> Bool {
      guard second.labels > first.labels, let near = nearest(second.centres) else { return false }
      func isFilled(_ place: Point) -> Bool {
        first.centres.contains { abs($0.x - place.x) < near / 2 && abs($0.y - place.y) < near / 2 }
      }
      let columns = starts(of: second.centres.map(\.x), apart: near / 2)
      let rows = starts(of: second.centres.map(\.y), apart: near / 2)
      func column(_ place: Point) -> Int { columns.count { $0 <= place.x } }
      func row(_ place: Point) -> Int { rows.count { $0 <= place.y } }
      // Places are filled by rows or by columns, from the left or, on a mirrored sheet, from the right.
      let orders: [(Point) -> (Int, Int)] = [
        { (row($0), column($0)) }, { (row($0), -column($0)) }, { (column($0), row($0)) },
        { (-column($0), row($0)) },
      ]
      return orders.contains { order in
        let filled = second.centres.sorted { order($0) < order($1) }.map(isFilled)
        // A second page that is also the last one has only its first places filled.
        return filled.contains(true) && filled.drop { !$0 }.allSatisfy { $0 }
      }
    }

    /// The beginning of each row or column, where places within one may differ by a pixel or two.
    private static func starts(of values: [Double], apart gap: Double) -> [Double] {
      var (starts, last) = ([Double](), -Double.infinity)
      for value in values.sorted() {
        if value - last > gap { starts.append(value) }
        last = value
      }
      return starts
    }

    /// The minimum distance between two places of a page, in pixels; nil for fewer than two places.
    private static func nearest(_ places: [Point]) -> Double? {
      places.indices.flatMap { index in
        places[..<index].map { max(abs($0.x - places[index].x), abs($0.y - places[index].y)) }
      }.min()
    }

    // MARK: - Showing

    /// Maximum number of codes and pages that are shown; `--json` has all of them.
    private static let maxShown = 20

    func show(on console: Console) {
      console.put(
        Text(
          zh: "共 \(pages.count) 页 \(labels) 块标牌，\(codes) 个不同的标牌码",
          en: "\(pages.count) pages, \(labels) labels, \(codes) different codes"))
      for (file, numbers) in perFile {
        console.put(
          Text(zh: "  \(file)：\(numbers.zh)", en: "  \(file): \(numbers.en)"))
      }
      let differing = pages.filter(\.isShort) + pages.filter { $0.differs && !$0.isShort }
      for page in differing.prefix(Self.maxShown) {
        console.put(
          page.isShort
            ? Text(
              zh: "  少了标牌，或有的读不出：\(page.file) 第 \(page.page) 页只有 \(page.labels) 块",
              en: "  labels missing or unreadable: \(page.file), page \(page.page) has only \(page.labels)")
            : Text(
              zh: "  块数不同：\(page.file) 第 \(page.page) 页有 \(page.labels) 块",
              en: "  another number: \(page.file), page \(page.page) has \(page.labels)"))
      }
      for code in repeated.prefix(Self.maxShown) {
        let zh = code.places.map { "\($0.file) 第 \($0.page) 页" }.joined(separator: "、")
        let en = code.places.map { "\($0.file), page \($0.page)" }.joined(separator: "; ")
        console.put(Text(zh: "  标牌码重复：\(code.code)（\(zh)）", en: "  seen twice: \(code.code) (\(en))"))
      }
      let more = max(0, differing.count - Self.maxShown) + max(0, repeated.count - Self.maxShown)
      if more > 0 {
        console.put(Text(zh: "  还有 \(more) 条，见 --json", en: "  and \(more) more, see --json"))
      }
    }

    /// Number of labels on most pages of each file.
    private var perFile: [(file: String, numbers: Text)] {
      var files: [String] = []
      for page in pages where !files.contains(page.file) { files.append(page.file) }
      return files.map { file in
        let own = pages.filter { $0.file == file }
        let usual = own.first { !$0.differs }?.labels ?? 0
        return (
          file, Text(zh: "\(own.count) 页，每页 \(usual) 块", en: "\(own.count) pages of \(usual) labels each")
        )
      }
    }
  }
}
