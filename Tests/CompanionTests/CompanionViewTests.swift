import Companion
import Foundation
import Testing

@Suite struct CompanionViewTests {
  @Test func aViewNamesItsKindBesideItsMembers() throws {
    let view = CompanionView.photos(CompanionView.Photos(shots: []))
    let json = try #require(
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(view)) as? [String: Any])
    #expect(json["kind"] as? String == "photos")
    #expect((json["shots"] as? [Any])?.isEmpty == true)
  }

  @Test func aBlockNamesItsKind() throws {
    let block = CompanionView.Block.columns(titles: ["项目"], rows: [["继电器"]])
    let json = try #require(
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(block)) as? [String: Any])
    #expect(json["kind"] as? String == "columns")
    #expect(json["rows"] as? [[String]] == [["继电器"]])
  }
}
