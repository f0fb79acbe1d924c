import Drawing
public import FoundationEssentials
import Records

/// The monthly report on one page of A4: the figures, and charts by street, by industry and by week, with the
/// places for stamp and signature.
public struct ReportPage {
  private let report: LedgerReport
  private let head: FormHead
  private let typesetter = Typesetter()

  public init(_ report: LedgerReport, head: FormHead) {
    self.report = report
    self.head = head
  }

  private static let width = 210.0
  private static let height = 297.0
  private static let left = 18.0
  private static let right = 192.0
  /// The maximum number of bars of streets; of more streets, the smaller ones share the last bar.
  private static let maxStreets = 20

  /// The ink of welders that are done. All inks differ in lightness as well as colour, for grey printers.
  private static let doneInk = Canvas.Colour(red: 0.10, green: 0.38, blue: 0.62)
  private static let retiredInk = Canvas.Colour.grey(0.55)
  private static let outstandingInk = Canvas.Colour(red: 0.96, green: 0.76, blue: 0.42)
  private static let planInk = Canvas.Colour(red: 0.75, green: 0.16, blue: 0.12)
  private static let ruleInk = Canvas.Colour.grey(0.7)

  /// Draws the page.
  /// - Throws: `drawing`.
  public func render() throws(LedgerError) -> Data {
    let document = OwnPDFDocument(
      pageWidthMillimetres: Self.width, pageHeightMillimetres: Self.height,
      metadata: CairoPDFDocument.Metadata(
        title: Self.title, author: head.reporter ?? "weldtech", subject: head.scope ?? "",
        date: "\(head.filledOn)T00:00:00+08:00"))
    draw(on: document.canvas)
    do {
      try document.endPage()
      // The PDF's id is made of the day alone, so that the same report gives the same bytes.
      let days = withUnsafeBytes(of: head.filledOn.daysSince1970.littleEndian) { Array($0) }
      return try document.finish(identity: days + Array("ledger  ".utf8))
    } catch { throw .drawing }
  }

  private static let title = "电焊机“加芯赋码”工作进度"

  // MARK: - The page

  private func draw(on canvas: any Artboard) {
    var top = 14.0
    let title = set(Self.title, 18, .bold)
    canvas.draw(title, x: (Self.width - title.widthMillimetres) / 2, y: top)
    top += title.heightMillimetres + 1
    let scope = set("截至 \(head.writtenDay)　范围：\(head.scope ?? "全部")", 10)
    canvas.draw(scope, x: (Self.width - scope.widthMillimetres) / 2, y: top)
    top += scope.heightMillimetres + 3
    top = figures(on: canvas, top: top)
    let streets = folded
    let row = min(5.4, 92 / Double(max(1, streets.count + report.industries.count)))
    top = bars("按苏木镇、街道", streets.map { ($0.name, $0.counts) }, row: row, on: canvas, top: top + 3)
    top = bars(
      "按应用行业", report.industries.map { ($0.industry?.word ?? "未填", $0.counts) }, row: row, on: canvas,
      top: top + 3)
    weeks(
      on: canvas,
      box: Rectangle(x: Self.left + 12, y: top + 11, width: Self.right - Self.left - 14, height: 238 - top))
    foot(on: canvas, top: 262)
  }

  /// The streets; of more than `maxStreets`, the largest ones, followed by all others added up as one.
  private var folded: [(name: String, counts: LedgerCounts)] {
    let named = report.streets.map { (name: $0.name.isEmpty ? "未填" : $0.name, counts: $0.counts) }
    guard named.count > Self.maxStreets else { return named }
    let ranked = named.sorted { ($0.counts[.known], $1.name) > ($1.counts[.known], $0.name) }
    let rest = ranked.dropFirst(Self.maxStreets - 1)
    return Array(ranked.prefix(Self.maxStreets - 1))
      + [("其余 \(rest.count) 个", rest.reduce(LedgerCounts()) { $0 + $1.counts })]
  }

  // MARK: - Figures

  private func figures(on canvas: any Artboard, top: Double) -> Double {
    let counts = report.total
    let planned = LedgerReport.planned(by: report.today, of: counts[.known] - counts[.retired])
    let cells: [(String, String)] = [
      ("电焊机", "\(counts[.known])"), ("已完成", "\(counts[.done])"), ("已淘汰", "\(counts[.retired])"),
      ("未完成", "\(counts[.outstanding])"), ("完成率", counts.percentDone.map { "\($0)%" } ?? "–"),
      ("计划应完成", "\(planned)"), ("旗政府出资", "\(counts[.fundedByBanner])"), ("自费", "\(counts[.fundedByOwner])"),
      ("停用", "\(counts[.outOfUse])"), ("拒装", "\(counts[.refused])"), ("新购待装", "\(counts[.due])"),
      ("新购超期", "\(counts[.overdue])"),
    ]
    let width = (Self.right - Self.left) / 6
    let height = 13.0
    for (index, cell) in cells.enumerated() {
      let box = Rectangle(
        x: Self.left + Double(index % 6) * width, y: top + Double(index / 6) * height, width: width,
        height: height)
      canvas.stroke(Path(box), widthMillimetres: 0.15, colour: Self.ruleInk)
      let name = set(cell.0, 8.5)
      let value = set(cell.1, 13, .bold)
      canvas.draw(name, x: box.x + (width - name.widthMillimetres) / 2, y: box.y + 0.8)
      canvas.draw(value, x: box.x + (width - value.widthMillimetres) / 2, y: box.y + 5)
    }
    return top + 2 * height
  }

  // MARK: - Bars

  private func bars(
    _ title: String, _ rows: [(name: String, counts: LedgerCounts)], row: Double, on canvas: any Artboard,
    top: Double
  ) -> Double {
    var top = top
    let heading = set(title, 11, .bold)
    canvas.draw(heading, x: Self.left, y: top)
    legend(
      [("已完成", Self.doneInk), ("未完成", Self.outstandingInk), ("已淘汰", Self.retiredInk)], on: canvas,
      top: top + 0.6)
    top += heading.heightMillimetres + 0.6
    let most = max(1, rows.map(\.counts[.known]).max() ?? 1)
    let size = min(8.5, row * 1.7)
    // The names have as much room as the longest name needs, from 32 to 48 mm, so that the bars have the larger
    // part.
    let longest = rows.map { set($0.name, size).widthMillimetres }.max() ?? 0
    let (first, last) = (Self.left + min(max(longest + 2, 32), 48), Self.right - 32)
    for (name, counts) in rows {
      let label = fitted(name, size, width: first - Self.left - 1.5, height: row)
      canvas.draw(
        label, x: first - 1.5 - label.widthMillimetres, y: top + (row - label.heightMillimetres) / 2)
      var left = first
      for (figure, ink) in [
        (LedgerFigure.done, Self.doneInk), (.outstanding, Self.outstandingInk), (.retired, Self.retiredInk),
      ] where counts[figure] > 0 {
        let width = (last - first) * Double(counts[figure]) / Double(most)
        canvas.fill(
          Path(Rectangle(x: left, y: top + row * 0.14, width: width, height: row * 0.72)), colour: ink)
        left += width
      }
      let share = counts.percentDone.map { "（\($0)%）" } ?? ""
      let words = set("\(counts[.done])/\(counts[.known] - counts[.retired])\(share)", size)
      canvas.draw(words, x: left + 1.2, y: top + (row - words.heightMillimetres) / 2)
      top += row
    }
    return top
  }

  /// Sets a text in the largest type of up to `size` points in which it fits the width and height, on one line
  /// or several; where none fits, in the type of `minPoints`.
  private func fitted(_ text: String, _ size: Double, width: Double, height: Double) -> TextBlock {
    let line = set(text, size)
    if line.widthMillimetres <= width { return line }
    for points in stride(from: size, through: Self.minPoints, by: -0.5) {
      let block = set(text, points, width: width)
      if block.heightMillimetres <= height { return block }
    }
    return set(text, Self.minPoints, width: width)
  }

  /// The minimum type size of a fitted text, points.
  private static let minPoints = 3.5

  private func legend(_ parts: [(word: String, ink: Canvas.Colour)], on canvas: any Artboard, top: Double) {
    var right = Self.right
    for (word, ink) in parts.reversed() {
      let text = set(word, 8)
      right -= text.widthMillimetres
      canvas.draw(text, x: right, y: top)
      right -= 4
      canvas.fill(Path(Rectangle(x: right, y: top + 0.8, width: 3, height: 2.2)), colour: ink)
      right -= 3
    }
  }

  // MARK: - Weeks

  /// Draws a column for the welders done in each week, and two lines: the total done so far, and the total
  /// planned.
  private func weeks(on canvas: any Artboard, box: Rectangle) {
    let heading = set("按周（星期一起）", 11, .bold)
    canvas.draw(heading, x: Self.left, y: box.y - 9)
    weekLegend(on: canvas, top: box.y - 8.4)
    var axes = Path()
    axes.move(x: box.x, y: box.y)
    axes.line(x: box.x, y: box.bottom)
    axes.line(x: box.right, y: box.bottom)
    canvas.stroke(axes, widthMillimetres: 0.2, colour: .grey(0.3))
    guard !report.weeks.isEmpty else {
      let none = set("还没有装好的", 9)
      return canvas.draw(none, x: box.x + 4, y: box.y + 4)
    }
    let most = Double(max(1, report.weeks.map { max($0.doneSoFar, $0.planned) }.max() ?? 1))
    // The axis is labelled at its half and its top; an odd maximum has no whole number of welders at its half.
    for share in [0.5, 1] where (most * share).rounded() == most * share {
      let y = box.bottom - box.height * share
      var line = Path()
      line.move(x: box.x, y: y)
      line.line(x: box.right, y: y)
      canvas.stroke(line, widthMillimetres: 0.1, colour: Self.ruleInk)
      let label = set("\(Int(most * share))", 7.5)
      canvas.draw(label, x: box.x - 1 - label.widthMillimetres, y: y - label.heightMillimetres / 2)
    }
    let step = box.width / Double(report.weeks.count)
    let column = min(step * 0.7, 14)
    func x(_ index: Int) -> Double { box.x + (Double(index) + 0.5) * step }
    func y(_ count: Int) -> Double { box.bottom - box.height * Double(count) / most }
    var (done, plan) = (Path(), Path())
    // Dates stand below the columns at least 11 mm apart.
    let every = max(1, Int((11 / step).rounded(.up)))
    for (index, week) in report.weeks.enumerated() {
      if week.done > 0 {
        canvas.fill(
          Path(
            Rectangle(
              x: x(index) - column / 2, y: y(week.done), width: column, height: box.bottom - y(week.done))),
          colour: Self.outstandingInk)
      }
      // A line of one week has no length, so weeks are marked by squares where the squares have room.
      if step >= 3 {
        mark(x(index), y(week.planned), isFull: false, ink: Self.planInk, on: canvas)
        mark(x(index), y(week.doneSoFar), isFull: true, ink: Self.doneInk, on: canvas)
      }
      if index == 0 {
        done.move(x: x(0), y: y(week.doneSoFar))
        plan.move(x: x(0), y: y(week.planned))
      } else {
        done.line(x: x(index), y: y(week.doneSoFar))
        plan.line(x: x(index), y: y(week.planned))
      }
      if index % every == 0 {
        let (_, month, day) = week.monday.components
        let label = set("\(month)/\(day)", 7)
        canvas.draw(label, x: x(index) - label.widthMillimetres / 2, y: box.bottom + 0.6)
      }
    }
    canvas.stroke(plan, widthMillimetres: 0.35, colour: Self.planInk)
    canvas.stroke(done, widthMillimetres: 0.8, colour: Self.doneInk)
  }

  /// Marks a point of a line: the total done by a full square, and the plan by a hollow square, so that the
  /// lines differ on grey printers as well.
  private func mark(_ x: Double, _ y: Double, isFull: Bool, ink: Canvas.Colour, on canvas: any Artboard) {
    let size = isFull ? 1.4 : 3
    let square = Path(Rectangle(x: x - size / 2, y: y - size / 2, width: size, height: size))
    canvas.fill(square, colour: isFull ? ink : .grey(1))
    canvas.stroke(square, widthMillimetres: 0.3, colour: ink)
  }

  /// Draws the legend of the weeks: the two lines with their marks, and the columns.
  private func weekLegend(on canvas: any Artboard, top: Double) {
    var right = Self.right
    for (word, isFull) in [("当周", nil), ("计划", false), ("累计完成", true)] as [(String, Bool?)] {
      let text = set(word, 8)
      right -= text.widthMillimetres
      canvas.draw(text, x: right, y: top)
      right -= 8
      let middle = top + 1.9
      if let isFull {
        var line = Path()
        line.move(x: right, y: middle)
        line.line(x: right + 7, y: middle)
        let ink = isFull ? Self.doneInk : Self.planInk
        canvas.stroke(line, widthMillimetres: isFull ? 0.8 : 0.35, colour: ink)
        mark(right + 3.5, middle, isFull: isFull, ink: ink, on: canvas)
      } else {
        canvas.fill(
          Path(Rectangle(x: right + 4, y: top + 0.8, width: 3, height: 2.2)), colour: Self.outstandingInk)
        right += 3
      }
      right -= 3
    }
  }

  // MARK: - The foot

  private func foot(on canvas: any Artboard, top: Double) {
    let notes = set(
      "计划：2024年8月15日前摸底，9月1日至12月31日安装，按天平均；12月15日前装好的苏木镇、街道单位由旗政府出资，以后的和行业主管部门管辖企业自费。"
        + "新购电焊机应在购买后 15 日内装好。完成：模块装好并经电焊机所有权人签字。", 7.5, width: Self.right - Self.left)
    canvas.draw(notes, x: Self.left, y: top)
    let line = top + notes.heightMillimetres + 5
    for (text, x, width) in [
      ("填报单位（盖章）：\(head.reporter ?? "")", Self.left, 84.0), ("主要负责人签字：", Self.left + 88, 38),
      ("填表时间：\(head.writtenDay)", Self.left + 128, Self.right - Self.left - 128),
    ] {
      canvas.draw(fitted(text, 10, width: width, height: 14), x: x, y: line)
    }
  }

  private func set(_ text: String, _ size: Double, _ weight: TextStyle.Weight = .regular, width: Double? = nil)
    -> TextBlock
  { typesetter.set(text, style: TextStyle(sizePoints: size, weight: weight), widthMillimetres: width) }
}
