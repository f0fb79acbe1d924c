import Drawing
import Foundation
import Records
import Testing

@testable import Labels

/// Checks labels as PNG for a laser, in which the dark dots are those that the laser removes.
@Suite struct EngravedTests {
  private func maker(_ template: String, _ process: LabelInks.Process) throws -> LabelMaker {
    try LabelMaker(
      template: Sample.catalogue.template(named: template),
      settings: .init(dotsPerInch: 300, inks: LabelInks(process: process)))
  }

  @Test(arguments: ["acrylic-60x40", "acrylic-80x50", "small-30x30", "round-50", "thermal-50x30"])
  func `all of the plate is turned over, and nothing outside of it`(template: String) throws {
    let printed = try maker(template, .print).make(fields: Sample.fields, payload: Sample.payload())
    let engraver = try maker(template, .laser)
    for scrutiny in [LabelMaker.Scrutiny.full, .thinned] {
      let made = try engraver.make(fields: Sample.fields, payload: Sample.payload(), scrutiny: scrutiny)
      #expect(made.verified)
      let (light, dark) = (try GreyImage(png: printed.bytes), try GreyImage(png: made.bytes))
      let plate = engraver.template.plate
      let dot = Length.millimetres(dots: 1, dotsPerInch: 300)
      for row in 0..<dark.heightPixels {
        for column in 0..<dark.widthPixels {
          let (x, y) = ((Double(column) + 0.5) * dot, (Double(row) + 0.5) * dot)
          let place = row * dark.widthPixels + column
          if plate.inset(by: dot).contains(x: x, y: y) {
            if dark.pixels[place] == light.pixels[place] { Issue.record("\(column), \(row)") }
          } else if !plate.inset(by: -dot).contains(x: x, y: y) {
            if dark.pixels[place] != 255 { Issue.record("\(column), \(row)") }
          }
        }
      }
    }
  }

  @Test func `one that was not turned over, or should not have been, is no label`() throws {
    for (drawn, wanted) in [(LabelInks.Process.laser, LabelInks.Process.print), (.print, .laser)] {
      let made = try maker("acrylic-60x40", drawn).make(fields: Sample.fields, payload: Sample.payload())
      let other = try maker("acrylic-60x40", wanted)
      let place = try other.lay(fields: Sample.fields, payload: Sample.payload()).place
      for scrutiny in [LabelMaker.Scrutiny.full, .thinned] {
        #expect(throws: LabelError.self) { try other.verify(made.bytes, place: place, scrutiny: scrutiny) }
      }
    }
  }
}
