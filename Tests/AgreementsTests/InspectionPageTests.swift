import Foundation
import Records
import TestSupport
import Testing

@testable import Agreements

/// Checks the text of the page that an inspection leaves, and that it is always exactly one page.
@Suite(
  .enabled(
    if: InstalledProgram("pdftotext").isInstalled && InstalledProgram("pdfinfo").isInstalled,
    "poppler is missing: apt install poppler-utils"))
struct InspectionPageTests {
  static let long = "鄂尔多斯市达拉特旗树林召镇东风路北段城乡结合部农机修理门窗加工及护栏安装综合服务部"

  private func inspection(
    _ checks: [InspectionCheck], company: WrittenText = "达拉特旗应急管理局", name: WrittenText = "李检"
  ) -> Inspection {
    Inspection(
      inspector: Inspector(
        role: .inspector, name: PersonName(name), phone: PhoneNumber("13800000003")!, company: company,
        certificate: "ZF-150621-007"),
      inspectedAt: Timestamp("2026-11-29T03:05:00+08:00")!, source: .platform, againstRevision: 3,
      againstSha256: nil, checks: checks, state: nil)
  }

  private func look(_ pdf: Data) throws -> (text: String, pages: Int) {
    let folder = TemporaryFolder()
    let file = try folder.write("a.pdf", pdf)
    let info = try InstalledProgram("pdfinfo").output([file])
    #expect(info.contains("(A4)"))
    let pages = info.firstMatch(of: /Pages: +(\d+)/).flatMap { Int($0.1) } ?? 0
    let fonts = try InstalledProgram("pdffonts").output([file]).split(separator: "\n").dropFirst(2)
    #expect(!fonts.isEmpty && fonts.allSatisfy { $0.contains("yes yes yes") })
    return (try InstalledProgram("pdftotext").output(["-raw", file, "-"]).filter { !$0.isWhitespace }, pages)
  }

  @Test func `it says who looked at what, when and where, and what came of it`() throws {
    let rows = [
      InspectionPage.Row(title: "二维码标牌", outcome: "与登记一致", words: ""),
      InspectionPage.Row(title: "模块序列号", outcome: "不一致", words: "模块是 WM1-9，登记的是 WM1-24000173"),
    ]
    let installation = Sample().installation()
    let page = try InspectionPage(
      of: inspection([]), installation, verdict: "与登记不一致", rows: rows
    ).render()
    let (text, pages) = try look(page)
    #expect(pages == 1 && page.count < 100_000)
    for value in [
      "电焊机检查记录", "达拉特旗应急管理局", "李检", "13800000003", "ZF-150621-007", "2026年11月29日 03:05",
      "达拉特旗树林召镇老王电焊铺", "树林召镇 锡尼街社区", "王建国", "瑞凌 ZX7-400GT", "150621-00A000-X", "FT-000123",
      "WM1-24000173", "平台，第 3 版", "检查结论：与登记不一致", "检查人员签字：", "作业单位签字：",
    ] + rows.flatMap({ [$0.title, $0.outcome, $0.words] }).filter({ !$0.isEmpty }) {
      #expect(text.contains(value.filter { !$0.isWhitespace }), "\(value)")
    }
    #expect(
      try InspectionPage(of: inspection([]), installation, verdict: "与登记不一致", rows: rows).render() == page)
  }

  @Test func `it is one page with the longest names and a difference in every row`() throws {
    var sample = Sample()
    sample.unitName = WrittenText(asKept: String(Self.long.prefix(40)) + Self.long.prefix(40))
    sample.responsibleName = WrittenText(asKept: String(repeating: "阿", count: 40))
    let rows = (0..<20).map { number in
      InspectionPage.Row(
        title: "用密钥进下载模式次数", outcome: "不一致",
        words: String(repeating: "在开壳状态下允许过固件更新没有密钥证明", count: 6).prefix(112) + "\(number)号")
    }
    let page = try InspectionPage(
      of: inspection(
        [], company: WrittenText(asKept: String(repeating: "达拉特旗应急管理局", count: 9).prefix(80).description),
        name: WrittenText(asKept: String(repeating: "欧阳", count: 20))), sample.installation(),
      verdict: "没有发现不一致，但模块密钥还没有验证", rows: rows
    ).render()
    let (text, pages) = try look(page)
    #expect(pages == 1)
    for number in 0..<20 { #expect(text.contains("\(number)号")) }
    #expect(text.contains("作业单位签字"))
  }

  @Test func `a character without a glyph and a text without end are printed as far as they can be`() throws {
    let rows = [
      InspectionPage.Row(
        title: "二维码标牌", outcome: "不一致", words: "\u{E863}\u{10FFFD}" + String(repeating: "长", count: 4_000))
    ]
    let (text, pages) = try look(
      try InspectionPage(of: inspection([]), Sample().installation(), verdict: "不一致", rows: rows).render())
    #expect(pages == 1 && text.contains("〓〓长长长") && text.contains("长…"))
  }
}
