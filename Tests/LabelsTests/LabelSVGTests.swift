import Drawing
import Foundation
import FoundationXML
import Records
import TestSupport
import Testing

@testable import Labels

@Suite struct LabelSVGTests {
  private func maker(
    _ template: String = "acrylic-60x40", _ inks: LabelInks = LabelInks(), dotsPerInch: Int = 600
  )
    throws -> LabelMaker
  {
    try LabelMaker(
      template: Sample.catalogue.template(named: template),
      settings: .init(dotsPerInch: dotsPerInch, format: .svg, inks: inks))
  }

  private func label(_ template: String = "acrylic-60x40", _ inks: LabelInks = LabelInks()) throws -> String {
    let made = try maker(template, inks).make(fields: Sample.fields, payload: Sample.payload())
    return String(decoding: made.bytes, as: UTF8.self)
  }

  @Test(arguments: ["acrylic-60x40", "acrylic-80x50", "small-30x30", "round-50", "thermal-50x30"])
  func `every template reads back in every process, as XML, in its size`(template: String) throws {
    for process in LabelInks.Process.allCases {
      let inks = LabelInks(process: process, cutName: "CutContour")
      for dotsPerInch in [300, 600] {
        let maker = try maker(template, inks, dotsPerInch: dotsPerInch)
        let made = try maker.make(fields: Sample.fields, payload: Sample.payload())
        #expect(made.verified && made.format == .svg)
        #expect(XMLParser(data: made.bytes).parse())
        let image = try SVGImage(made.bytes)
        let bleed = 2 * maker.template.bleedMillimetres
        #expect(abs(image.widthMillimetres - maker.template.widthMillimetres - bleed) <= 0.001)
        #expect(abs(image.heightMillimetres - maker.template.heightMillimetres - bleed) <= 0.001)
      }
    }
  }

  @Test func `the same label is the same bytes, and another is not`() throws {
    let one = try label()
    #expect(try label() == one)
    #expect(try label("acrylic-60x40", LabelInks(process: .mirrored)) != one)
  }

  @Test func `letters are outlines, and the text is there to be searched and read out`() throws {
    let svg = try label()
    for tag in ["<text", "<image", "font-family", "href"] { #expect(!svg.contains(tag), "\(tag)") }
    #expect(svg.contains("<title>\(Sample.fields["unitName"] ?? "")</title>"))
    #expect(svg.contains("<title>\(Sample.code())</title>"))
    #expect(svg.contains("<desc>\(Sample.payloadText)"))
  }

  @Test func `inks are layers, white below, the cut on top`() throws {
    let svg = try label(
      "acrylic-80x50", LabelInks(process: .mirrored, cutName: "Cut & Go", whiteName: "White \"1\""))
    let white = try #require(svg.range(of: "inkscape:label=\"White &quot;1&quot;\""))
    let black = try #require(svg.range(of: "inkscape:label=\"Black\""))
    let cut = try #require(svg.range(of: "inkscape:label=\"Cut &amp; Go\""))
    #expect(white.lowerBound < black.lowerBound && black.lowerBound < cut.lowerBound)
  }

  @Test func `a label mirrored by mistake, or not when it should be, or not inverted, is caught`() throws {
    for (drawn, wanted, reason) in [
      (LabelInks.Process.mirrored, LabelInks.Process.print, LabelError.UnreadableReason.mirrored),
      (.print, .mirrored, .notMirrored), (.laser, .print, .noSymbol), (.print, .laser, .noSymbol),
    ] {
      // The template has its symbol in the middle of the plate, so that the symbol has the same place in both
      // directions.
      let template = try Sample.catalogue.template(named: "small-30x30")
      func maker(_ process: LabelInks.Process) throws -> LabelMaker {
        try LabelMaker(template: template, settings: .init(format: .svg, inks: LabelInks(process: process)))
      }
      let drawing = try maker(drawn).lay(fields: Sample.fields, payload: Sample.payload())
      let svg = try maker(drawn).svg(of: drawing, payload: Sample.payload())
      #expect(try maker(drawn).verify(svg: svg, place: drawing.place) == Sample.payloadText)
      #expect(throws: LabelError.unreadable(reason)) {
        _ = try maker(wanted).verify(svg: svg, place: drawing.place)
      }
    }
  }

  @Test func `a module that is painted over is caught`() throws {
    let maker = try maker()
    let drawing = try maker.lay(fields: Sample.fields, payload: Sample.payload())
    let svg = String(decoding: maker.svg(of: drawing, payload: try Sample.payload()), as: UTF8.self)
    let dots = drawing.place.dots.dotsPerModule
    let (x, y) = (drawing.place.column + 14 * dots, drawing.place.row + 14 * dots)
    for colour in ["#000", "#fff"] {
      let blot = "<path fill=\"\(colour)\" d=\"M\(x) \(y)h\(2 * dots)v\(2 * dots)h-\(2 * dots)z\"/></svg>"
      #expect(throws: LabelError.unreadable(.otherDots)) {
        _ = try maker.verify(
          svg: Data(svg.replacingOccurrences(of: "</svg>", with: blot).utf8), place: drawing.place)
      }
    }
  }

  @Test(
    .enabled(
      if: InstalledProgram("rsvg-convert").isInstalled && InstalledProgram("zbarimg").isInstalled,
      "librsvg2-bin or zbar-tools is missing"
    ))
  func `another decoder reads the drawing`() throws {
    let folder = TemporaryFolder()
    let file = try folder.write("l.svg", label())
    _ = try InstalledProgram("rsvg-convert").output([
      "-d", "300", "-p", "300", "-b", "white", "-o", folder.file("l.png"), file,
    ])
    #expect(try ZBar.read(folder.bytes("l.png")) == Sample.payloadText)
  }
}

/// Checks that drawings are refused that refer to other files, or would take hours to draw.
@Suite struct SVGScreeningTests {
  private func fault(_ svg: String) -> DrawingError? {
    do throws(DrawingError) {
      _ = try SVGImage(Data(svg.utf8))
      return nil
    } catch { return error }
  }

  private static let head = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20mm\" height=\"10mm\""

  @Test func `shapes, groups, gradients, an editor's own elements and a bare DOCTYPE are drawn`() throws {
    let svg = """
      <?xml version="1.0" encoding="UTF-8" standalone="no"?>
      <!-- by [an editor] -->
      <!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
      \(Self.head) xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" viewBox="0 0 20 10">
      <sodipodi:namedview id="base"/><metadata><a:b xmlns:a="x">&lt;</a:b></metadata>
      <style><![CDATA[.a > .b { fill: red; stroke-dasharray: none }]]></style>
      <g style="fill:#000;stroke-dasharray:none"><rect x="0" y="0" width="10" height="10"/></g></svg>
      """
    #expect(fault(svg) == nil)
    let picture = try SVGImage(Data(svg.utf8)).picture(widthPixels: 20, heightPixels: 10)
    #expect(picture.pixels[5 * 20 + 4] == 0 && picture.pixels[5 * 20 + 15] == 255)
  }

  @Test(arguments: [
    ("<use href=\"#a\"/>", "use"), ("<s:use xmlns:s=\"http://www.w3.org/2000/svg\"/>", "use"),
    ("<image href=\"file:///etc/passwd\"/>", "image"), ("<image href=\"http://127.0.0.1/x.png\"/>", "image"),
    ("<filter id=\"f\"><feGaussianBlur stdDeviation=\"9999\"/></filter>", "filter"),
    ("<pattern id=\"p\" width=\".001\" height=\".001\"/>", "pattern"), ("<text>x</text>", "text"),
    ("<x:include xmlns:x=\"http://www.w3.org/2001/XInclude\" href=\"/etc/passwd\"/>", "include"),
    ("<script>1</script>", "script"), ("<marker/>", "marker"), ("<mask/>", "mask"), ("<clipPath/>", "clipPath"),
    ("<path stroke-dasharray=\".0001\" d=\"M0 0h9999999\"/>", "stroke-dasharray"),
    ("<path style=\"stroke-d&#97;sharray:1\"/>", "&#"), ("<style>a{stroke-d\\61sharray:1}</style>", "\\"),
  ])
  func `what takes from elsewhere or multiplies is refused by name`(element: String, name: String) {
    #expect(fault("\(Self.head)>\(element)</svg>") == .svg(.feature(name)))
  }

  @Test func `elements are judged by their namespace, whatever their prefix`() throws {
    let svg = "http://www.w3.org/2000/svg"
    // The drawing has SVG's own namespace as a prefix, as the default of a part, and restored inside an
    // editor's element.
    let prefixed = "<a:svg xmlns:a=\"\(svg)\" width=\"9\" height=\"9\"><a:image/></a:svg>"
    #expect(fault(prefixed) == .svg(.feature("image")))
    for part in [
      "<e:x xmlns:e=\"urn:e\" xmlns=\"\(svg)\"><use/></e:x>",
      "<x xmlns=\"urn:e\"><s:use xmlns:s=\"\(svg)\"/></x>",
      "<use xmlns=\"\"/>",
    ] { #expect(fault("\(Self.head)>\(part)</svg>") == .svg(.feature("use")), "\(part)") }
    // An editor's elements may have any name, but elements without a namespace may not.
    #expect(fault("\(Self.head)><use xmlns=\"urn:e\"/><e:image xmlns:e=\"urn:e\"/></svg>") == nil)
    #expect(fault("\(Self.head)><e:rect width=\"1\" height=\"1\"/></svg>") == .svg(.damaged))
    #expect(fault("<g xmlns=\"\(svg)\"/>") == .svg(.notSVG))
  }

  @Test func `entities, other encodings, depth, length and no size are refused`() {
    let laughs = "<!DOCTYPE svg [<!ENTITY a \"xx\"><!ENTITY b \"&a;&a;\">]>\(Self.head)>&b;</svg>"
    #expect(fault(laughs) == .svg(.feature("!ENTITY")))
    #expect(fault("<!DOCTYPE svg [ ]>\(Self.head)></svg>") == .svg(.feature("!DOCTYPE")))
    #expect(
      fault("<?xml version=\"1.0\" encoding=\"UTF-7\"?>\(Self.head)></svg>") == .svg(.feature("encoding")))
    let deep = String(repeating: "<g>", count: 80_000)
    #expect(fault("\(Self.head)>\(deep)") == .svg(.tooLarge))
    #expect(fault("\(Self.head)>" + String(repeating: "<g/>", count: 51_000) + "</svg>") == .svg(.tooLarge))
    #expect(fault(Self.head + String(repeating: " ", count: 1 << 18) + "></svg>") == .svg(.tooLarge))
    let rules = String(repeating: "g{}", count: 501)
    #expect(fault("\(Self.head)><style>\(rules)</style></svg>") == .svg(.tooLarge))
    for text in [
      "", "x", "<html></html>", "\(Self.head)", "\(Self.head)><g></svg>", "\u{0}\(Self.head)></svg>",
    ] {
      #expect(fault(text) != nil, "\(text)")
    }
    #expect(
      fault("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"0\" height=\"0\"></svg>") == .svg(.noSize))
  }

  @Test func `a thousand drawings that were cut and overwritten are drawn or refused`() throws {
    var random = SplitMix64(seed: 20_261_127)
    let source = Array(
      "\(Self.head)><g transform=\"scale(2)\"><path d=\"M1 1C2 2 3 3 4 4z\" fill=\"#123\"/></g></svg>".utf8)
    var drawn = 0
    for _ in 0..<1_000 {
      var bytes = source
      for _ in 0...random.next(below: 3) {
        bytes[random.next(below: bytes.count)] = UInt8(random.next(below: 256))
      }
      guard let image = try? SVGImage(Data(bytes)) else { continue }
      if (try? image.picture(widthPixels: 40, heightPixels: 20)) != nil { drawn += 1 }
    }
    #expect((1..<1_000).contains(drawn))
  }
}
