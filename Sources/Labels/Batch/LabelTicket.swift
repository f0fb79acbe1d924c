import Drawing
public import FoundationEssentials

/// The job ticket in Chinese that accompanies files of labels to the print shop. It says what the job is, how
/// large the labels are, and in which order the inks are printed.
public struct LabelTicket {
  public struct Facts: Sendable {
    public var files: [String]
    public var proof: Proof?
    public var labels: Int
    public var firstCode: String
    public var lastCode: String
    public var dotsPerInch: Int
    public var moduleMillimetres: Double
    public var correction: String

    /// Proofs of some labels of the batch, which are checked before the whole batch is made.
    public struct Proof: Sendable {
      public var file: String
      /// Codes of the labels on the proof.
      public var codes: [String]

      public init(file: String, codes: [String]) {
        self.file = file
        self.codes = codes
      }
    }

    public init(
      files: [String], proof: Proof?, labels: Int, firstCode: String, lastCode: String, dotsPerInch: Int,
      moduleMillimetres: Double, correction: String
    ) {
      self.files = files
      self.proof = proof
      self.labels = labels
      self.firstCode = firstCode
      self.lastCode = lastCode
      self.dotsPerInch = dotsPerInch
      self.moduleMillimetres = moduleMillimetres
      self.correction = correction
    }
  }

  private let rows: [(name: String, value: String)]
  private let steps: [String]

  public init(_ facts: Facts, template: LabelTemplate, layout: SheetLayout, inks: LabelInks) {
    func plain(_ value: Double) -> String { LabelPage.number((value * 1000).rounded() / 1000) }
    var rows = [
      ("文件", facts.files.joined(separator: "\n")),
      (
        "校样",
        facts.proof.map {
          "\($0.file)，\($0.codes.count) 块，是下列标牌码的复本，不计入数量：\n" + $0.codes.joined(separator: "\n")
        } ?? "无"
      ),
      (
        "数量",
        "\(facts.labels) 块，标牌码 \(facts.firstCode) 至 \(facts.lastCode)，每块不同，成品文件已重新打开，每块已逐一回读并与清单核对"
      ),
      ("模板", "\(template.name)，\(template.titleChinese)"),
    ]
    let corner =
      template.shape == .round
      ? "圆形"
      : template.cornerRadiusMillimetres > 0 ? "圆角半径 \(plain(template.cornerRadiusMillimetres)) 毫米" : "直角"
    rows.append(
      (
        "成品",
        "\(plain(template.widthMillimetres)) × \(plain(template.heightMillimetres)) 毫米，\(corner)，安全区 \(plain(template.safeZoneMillimetres)) 毫米，出血 \(plain(template.bleedMillimetres)) 毫米"
      ))
    if !template.holes.isEmpty {
      rows.append(
        (
          "孔",
          template.holes.map {
            "直径 \(plain($0.diameterMillimetres)) 毫米，圆心距左 \(plain($0.x))、距上 \(plain($0.y)) 毫米"
          }.joined(separator: "\n")
        ))
    }
    rows.append(
      (
        "版面",
        layout.sheet.map {
          "\(plain($0.widthMillimetres)) × \(plain($0.heightMillimetres)) 毫米，每版 \(layout.places.count) 块，从第 \($0.startAt) 位起"
        } ?? "每页一块"
      ))
    rows.append(
      (
        "二维码",
        "每格 \(plain(facts.moduleMillimetres)) 毫米（\(facts.dotsPerInch) dpi 的整数点），纠错级别 \(facts.correction)，静区 4 格"
      ))
    self.rows = rows
    var steps = ["按 100 % 输出：不缩放，不“适合页面”，二维码不重新采样，不加图像处理。"]
    switch inks.process {
    case .print: steps.append("正面印刷，只有黑色一层，印在白色或浅色材料上；图文不镜像。")
    case .mirrored:
      steps.append("印在透明亚克力的背面，从正面透过亚克力看。文件已经镜像，请勿再镜像。")
      steps.append("印刷顺序：先印黑色图文，直接印在亚克力上；后印白色专色“\(inks.whiteName)”，整面盖在黑色之上作底。先黑后白，不可颠倒。")
      steps.append("白色比成品边缩进 \(plain(inks.chokePoints)) 点，孔边同样让开；白色与黑色叠印，不挖空。")
    case .laser:
      steps.append("激光雕刻：文件已经反相，黑色部分雕去涂层，其余保留。请勿再反相。")
    }
    if let cut = inks.cutName {
      steps.append("专色“\(cut)”是外形和孔的切割线，\(inks.process == .laser ? "发丝线，" : "")只切不印。")
    }
    if layout.sheet != nil { steps.append("四周为裁切线和套准标记，套准标记在每一色版上都有。") }
    let proofs = facts.proof.map { "\($0.codes.count) 块，" } ?? ""
    steps.append("先做校样：\(proofs)用手机逐块扫码并核对文字，确认后再做全部。")
    self.steps = steps
  }

  /// Makes a PDF of one A4 page.
  /// - Parameter date: RFC 3339 with offset.
  /// - Throws: `drawing`.
  public func pdf(date: String) throws(LabelError) -> Data {
    do {
      let document = try CairoPDFDocument(
        pageWidthMillimetres: 210, pageHeightMillimetres: 297,
        metadata: .init(title: "标牌印制工单", author: "", subject: "", date: date))
      draw(on: document.canvas)
      document.endPage()
      return try document.finish()
    } catch { throw .drawing(error) }
  }

  private func draw(on canvas: Canvas) {
    let typesetter = Typesetter()
    let (left, value, width) = (20.0, 45.0, 145.0)
    func style(_ points: Double, _ weight: TextStyle.Weight = .regular) -> TextStyle {
      TextStyle(sizePoints: points, weight: weight, lineSpacing: 1)
    }
    var y = 20.0
    let title = typesetter.set("标牌印制工单", style: style(20, .bold))
    canvas.draw(title, x: left, y: y)
    y += title.heightMillimetres + 3
    canvas.fill(Path(Rectangle(x: left, y: y, width: 170, height: 0.5)))
    y += 4
    for row in rows {
      canvas.draw(typesetter.set(row.name, style: style(10.5, .bold)), x: left, y: y)
      let text = typesetter.set(row.value, style: style(10.5), widthMillimetres: width)
      canvas.draw(text, x: value, y: y)
      y += text.heightMillimetres + 2
      canvas.fill(Path(Rectangle(x: left, y: y, width: 170, height: 0.1)), colour: .grey(0.6))
      y += 2
    }
    y += 5
    canvas.draw(typesetter.set("做法", style: style(13, .bold)), x: left, y: y)
    y += 9
    for (number, step) in steps.enumerated() {
      canvas.draw(typesetter.set("\(number + 1).", style: style(11, .bold)), x: left, y: y)
      let text = typesetter.set(step, style: style(11), widthMillimetres: 160)
      canvas.draw(text, x: left + 8, y: y)
      y += text.heightMillimetres + 2.5
    }
  }
}
