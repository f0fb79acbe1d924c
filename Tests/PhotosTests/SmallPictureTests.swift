import CTurboJPEG
import Foundation
import Records
import TestSupport
import Testing

@testable import Photos

/// Checks whether a photo is judged sharp or blurred, bright or dark, and which other photo it is judged to
/// resemble.
@Suite struct SmallPictureTests {
  private func facts(
    _ scene: Scene, _ width: Int = 800, _ height: Int = 600, _ shot: Scene.Shot = .init(), quality: Int32 = 85
  ) throws -> PhotoFacts {
    try PhotoInspector.inspect(
      try Picture.jpeg(scene.pixels(width, height, shot), width, height, quality: quality))
  }

  // MARK: - Another look

  @Test func `a photo without a sharp edge deserves another look`() throws {
    let sharp = try facts(Scene(seed: 1))
    #expect(sharp.flaws.isEmpty && (sharp.sharpness ?? 0) > 100)
    let blurred = try facts(Scene(seed: 1), 800, 600, .init(blur: 1))
    #expect(blurred.flaws == [.blurred] && (blurred.sharpness ?? 100) < 40)
  }

  @Test func `a photo in which nothing is bright or nothing is dark deserves another look`() throws {
    #expect(try facts(Scene(seed: 2), 640, 480, .init(brightness: 0.12)).flaws == [.dark])
    let scene = Scene(seed: 2)
    let bright = scene.greys(640, 480).map { UInt8(190 + Int($0) / 4) }
    let png = try Picture.png(bright.flatMap { [$0, $0, $0] }, 640, 480)
    #expect(try PhotoInspector.inspect(png).flaws == [.bright])
    // A photo of a lamp in the dark shows something, so it has no flaw.
    let night = scene.greys(640, 480).enumerated().map { $0.offset % 640 < 32 ? 255 : $0.element / 8 }
    #expect(
      try PhotoInspector.inspect(try Picture.png(night.flatMap { [$0, $0, $0] }, 640, 480)).flaws.isEmpty)
  }

  @Test func `a photo is judged alike whatever its size`() throws {
    let small = try #require(try facts(Scene(seed: 3), 512, 384).sharpness)
    for (width, height) in [(1024, 768), (2000, 1500), (3000, 2250)] {
      let large = try #require(try facts(Scene(seed: 3), width, height).sharpness)
      #expect(large > small / 2 && large < small * 2, "\(width): \(large), \(small)")
    }
  }

  // MARK: - The same picture

  @Test func `the same pixels are known whatever else the file has`() throws {
    let jpeg = try Picture.jpeg()
    let marks = try PhotoInspector.inspect(jpeg).marks
    let told = ExifSketch.jpeg(jpeg, with: ExifSketch.phone().block)
    #expect(told != jpeg)
    #expect(try PhotoInspector.inspect(told).marks == marks)
    let png = try Picture.png()
    let commented = PNGChunks.inserting("tEXt", Data("Comment\0one".utf8), into: png)
    #expect(try PhotoInspector.inspect(commented).marks.pixels == PhotoInspector.inspect(png).marks.pixels)
    #expect(try PhotoInspector.inspect(Picture.jpeg(640, 472)).marks.pixels != marks.pixels)
  }

  @Test func `an interlaced picture is the same as a plain one`() throws {
    for (width, height) in [(300, 240), (241, 317)] {
      let greys = Scene(seed: 4).greys(width, height)
      let plain = try PhotoInspector.inspect(
        try Picture.png(greys.flatMap { [$0, $0, $0] }, width, height))
      let interlaced = try PhotoInspector.inspect(try Picture.interlacedPNG(greys, width, height))
      #expect(interlaced.marks == plain.marks)
      #expect(interlaced.sharpness == plain.sharpness)
    }
  }

  // MARK: - Nearly the same picture

  @Test func `a picture that was sent on is found again`() throws {
    for seed: UInt64 in 10..<14 {
      let scene = Scene(seed: seed)
      let first = try facts(scene).marks
      let changed: [(String, PhotoFacts)] = [
        ("JPEG of quality 50", try facts(scene, quality: 50)),
        ("three fifths of the size", try facts(scene, 480, 360, quality: 60)),
        ("twice the size", try facts(scene, 1600, 1200)),
        ("a bar of a ninth", try facts(scene, 800, 600, .init(bar: 0.11))),
        ("brighter", try facts(scene, 800, 600, .init(brightness: 1.1))),
        ("cropped by 2 % each side", try facts(scene, 768, 576, .init(cut: 0.02))),
      ]
      for (change, facts) in changed {
        #expect(first.distance(to: facts.marks) != nil, "\(change), \(seed)")
        #expect(facts.marks.distance(to: first) == first.distance(to: facts.marks), "\(change), \(seed)")
      }
    }
  }

  @Test func `another scene is not found`() throws {
    let all = try (20..<40).map { try facts(Scene(seed: $0), 400, 300).marks }
    for (index, one) in all.enumerated() {
      #expect(one.distance(to: one) == 0)
      for other in all[(index + 1)...] { #expect(one.distance(to: other) == nil) }
    }
  }

  @Test(arguments: 2...8)
  func `a photo that lies on its side is the same as one that was turned`(orientation: Int) throws {
    let (width, height) = (400, 300)
    let upright = SmallPicture(width: width, height: height, greys: Scene(seed: 50).greys(width, height))
    // The place in the file of each upright pixel, by the table of the Exif standard, which names the sides of
    // row 0 and column 0.
    func place(_ x: Int, _ y: Int) -> (row: Int, column: Int) {
      switch orientation {
      case 2: (y, width - 1 - x)
      case 3: (height - 1 - y, width - 1 - x)
      case 4: (height - 1 - y, x)
      case 5: (x, y)
      case 6: (width - 1 - x, y)
      case 7: (width - 1 - x, height - 1 - y)
      default: (x, height - 1 - y)
      }
    }
    let (lyingWidth, lyingHeight) = orientation >= 5 ? (height, width) : (width, height)
    var greys = [UInt8](repeating: 0, count: width * height)
    for y in 0..<height {
      for x in 0..<width {
        let (row, column) = place(x, y)
        greys[row * lyingWidth + column] = upright.greys[y * width + x]
      }
    }
    var sketch = ExifSketch.phone()
    sketch.short(\.main, 0x0112, UInt16(orientation))
    let png = try Picture.png(greys.flatMap { [$0, $0, $0] }, lyingWidth, lyingHeight)
    let lying = try PhotoInspector.inspect(ExifSketch.png(png, with: sketch.tiff))
    #expect(lying.camera?.orientation == orientation)
    #expect(lying.marks.hashes == upright.hashes)
  }

  @Test func `an even picture is like no other`() throws {
    let wall = [UInt8](repeating: 200, count: 300 * 300 * 3)
    let marks = try PhotoInspector.inspect(try Picture.png(wall, 300, 300)).marks
    #expect(marks.hashes == nil && marks.distance(to: marks) == nil)
  }
}
