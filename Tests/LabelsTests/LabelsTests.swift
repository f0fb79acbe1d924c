import Foundation
import Labels
import Records
import Testing

@Test func labelIsMade() throws {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  let template = try LabelTemplateCatalogue(directory: root + "/label-templates").template(
    named: "acrylic-60x40")
  let code = try #require(LabelCode(region: "150621", serial: CodeSerial("00A000")!))
  let payload = try LabelPayload(platform: "https://weld.example.cn", code: code)
  let made = try LabelMaker(template: template).make(
    fields: ["unitName": "达拉特旗树林召镇老王电焊铺", "street": "树林召镇"], payload: payload)
  #expect(made.verified)
  #expect(try LabelReader.read(png: made.png) == [payload.text])
}
