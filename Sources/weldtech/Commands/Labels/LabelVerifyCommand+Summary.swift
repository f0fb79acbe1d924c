import Labels
import Terminal

extension LabelVerifyCommand {
  /// What files of pages show together: how many labels stand on each page, and which stand there twice.
  struct Summary: Encodable {
    struct Page: Encodable {
      var file: String
      /// From 1.
      var page: Int
      /// Number of labels that were read on it.
      var labels: Int
      /// Whether most pages of the file have another number of labels.
      var differs = false
    }

    struct Repeated: Encodable {
      /// The label's code, or what its symbol says where that is no code.
      var code: String
      var places: [Place]

      /// Whether no file has it twice: a proof and its batch may both be given.
      var isOverFiles: Bool { Set(places.map(\.file)).count == places.count }
    }

    struct Place: Encodable, Hashable {
      var file: String
      /// From 1.
      var page: Int
    }

    private(set) var labels = 0
    /// Number of different codes among `labels`.
    private(set) var codes = 0
    private(set) var pages: [Page] = []
    /// Codes that were read more than once, in the order in which they were first read.
    private(set) var repeated: [Repeated] = []
    private var places: [String: [Place]] = [:]
    /// Codes as they were first read.
    private var order: [String] = []

    private enum CodingKeys: CodingKey { case labels, codes, pages, repeated }

    mutating func add(_ texts: [String], ofPage number: Int, in file: String) {
      pages.append(Page(file: file, page: number, labels: texts.count))
      for text in texts {
        let code = LabelPayload.code(in: text)?.description ?? text
        labels += 1
        if places[code] == nil { order.append(code) }
        places[code, default: []].append(Place(file: file, page: number))
      }
    }

    /// Sums up what was added.
    mutating func close() {
      codes = order.count
      repeated = order.compactMap { code in
        places[code].flatMap { $0.count > 1 ? Repeated(code: code, places: $0) : nil }
      }
      for (_, indices) in Dictionary(grouping: pages.indices, by: { pages[$0].file }) {
        let counts = Dictionary(indices.map { (pages[$0].labels, 1) }, uniquingKeysWith: +)
        let most = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
        for index in indices { pages[index].differs = pages[index].labels != most }
      }
    }

    // MARK: - Showing

    /// Most codes and pages that are written out; `--json` has them all.
    private static let maxShown = 20

    func show(on console: Console) {
      console.put(
        Text(
          zh: "共 \(pages.count) 页 \(labels) 张标牌，\(codes) 个不同的编码",
          en: "\(pages.count) pages, \(labels) labels, \(codes) different codes"))
      for (file, numbers) in perFile {
        console.put(
          Text(zh: "  \(file)：\(numbers.zh)", en: "  \(file): \(numbers.en)"))
      }
      let differing = pages.filter(\.differs)
      for page in differing.prefix(Self.maxShown) {
        console.put(
          Text(
            zh: "  张数不同：\(page.file) 第 \(page.page) 页有 \(page.labels) 张",
            en: "  another number: \(page.file), page \(page.page) has \(page.labels)"))
      }
      for code in repeated.prefix(Self.maxShown) {
        let zh = code.places.map { "\($0.file) 第 \($0.page) 页" }.joined(separator: "、")
        let en = code.places.map { "\($0.file), page \($0.page)" }.joined(separator: "; ")
        console.put(Text(zh: "  编码重复：\(code.code)（\(zh)）", en: "  seen twice: \(code.code) (\(en))"))
      }
      let more = max(0, differing.count - Self.maxShown) + max(0, repeated.count - Self.maxShown)
      if more > 0 {
        console.put(Text(zh: "  还有 \(more) 条，见 --json", en: "  and \(more) more, see --json"))
      }
    }

    /// How many labels most pages of each file have.
    private var perFile: [(file: String, numbers: Text)] {
      var files: [String] = []
      for page in pages where !files.contains(page.file) { files.append(page.file) }
      return files.map { file in
        let own = pages.filter { $0.file == file }
        let usual = own.first { !$0.differs }?.labels ?? 0
        return (
          file, Text(zh: "\(own.count) 页，每页 \(usual) 张", en: "\(own.count) pages of \(usual) labels each")
        )
      }
    }
  }
}
