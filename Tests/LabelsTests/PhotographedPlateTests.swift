import Drawing
import Foundation
import TestSupport
import Testing

@testable import Labels

/// Reads plates from photos as phones make them: 12 megapixels, the plate small, turned and tilted, light uneven, JPEG.
@Suite(.enabled(if: InstalledProgram("vips").isInstalled, "vips is missing: scripts/setup tests"))
struct PhotographedPlateTests {
  /// The view of a plate that is 60 mm wide.
  struct View: CustomTestStringConvertible {
    var widthPixels: Double
    var degrees = 0.0
    /// The share by which the plate's lower edge is nearer than its middle.
    var tilt = 0.0
    var noise = 6
    /// The difference of paper and ink in greys of 255.
    var contrast = 185.0
    /// The share of light that the darkest corner lacks.
    var shade = 0.5

    var testDescription: String {
      "\(Int(widthPixels)) px, \(Int(degrees))°, tilt \(tilt), noise \(noise), contrast \(Int(contrast)), shade \(shade)"
    }
  }

  private static let views = [
    View(widthPixels: 1_200, degrees: 3), View(widthPixels: 500, degrees: 17, tilt: 0.2),
    View(widthPixels: 350, degrees: 45, tilt: 0.2), View(widthPixels: 250, degrees: 83),
    View(widthPixels: 250, degrees: 270, tilt: 0.2), View(widthPixels: 200, degrees: 140),
    View(widthPixels: 350, degrees: 200, noise: 25), View(widthPixels: 400, degrees: 8, contrast: 60),
    View(widthPixels: 400, degrees: 30, shade: 0.93),
  ]

  @Test(arguments: views) func `the code of a plate is read on a photo of 12 megapixels`(view: View) throws {
    let label = try LabelMaker(template: try Sample.template(), settings: .init(dotsPerInch: 300)).make(
      fields: Sample.fields, payload: try Sample.payload())
    let photo = try photo(of: try GreyImage(png: label.bytes), view)
    #expect(try LabelPicture.texts(in: photo) == [try Sample.payload().text])
  }

  @Test func `a photo without a plate has no text`() throws {
    let paper = GreyImage(
      widthPixels: 60, heightPixels: 40, pixelsPerMetre: nil, pixels: Array(repeating: 255, count: 2_400))
    #expect(try LabelPicture.texts(in: try photo(of: paper, View(widthPixels: 400))) == [])
  }

  // MARK: - Photographing

  private static let (width, height) = (4_000, 3_000)

  /// Puts the plate before a background of boxes, lights it from one side, adds noise, and has vips write the JPEG.
  private func photo(of plate: GreyImage, _ view: View) throws -> Data {
    var random = SplitMix64(seed: UInt64(view.widthPixels) + UInt64(view.degrees) * 7 + UInt64(view.noise))
    var pixels = [UInt8](repeating: 120, count: Self.width * Self.height)
    for _ in 0..<100 {
      let (x, y) = (random.next(below: Self.width), random.next(below: Self.height))
      let grey = UInt8(10 + random.next(below: 230))
      let (wide, tall) = (20 + random.next(below: 700), 20 + random.next(below: 500))
      pixels.withUnsafeMutableBufferPointer { pixels in
        for row in y..<min(y + tall, Self.height) {
          for column in x..<min(x + wide, Self.width) { pixels[row * Self.width + column] = grey }
        }
      }
    }
    place(plate, view, into: &pixels)
    let noise = UInt64(2 * view.noise + 1)
    pixels.withUnsafeMutableBufferPointer { pixels in
      for row in 0..<Self.height {
        for column in 0..<Self.width {
          let light = 1 - view.shade * Double(column + row) / Double(Self.width + Self.height)
          let grain = Int(random.next() % noise) - view.noise
          let at = row * Self.width + column
          pixels[at] = UInt8(clamping: Int(Double(pixels[at]) * light) + grain)
        }
      }
    }
    let folder = TemporaryFolder()
    let raw = try folder.write(
      "photo.pgm", Data("P5 \(Self.width) \(Self.height) 255\n".utf8) + Data(pixels))
    let file = folder.file("photo.jpg")
    _ = try InstalledProgram("vips").output(["jpegsave", raw, file, "--Q", "80"])
    return try Data(contentsOf: URL(filePath: file))
  }

  private func place(_ plate: GreyImage, _ view: View, into pixels: inout [UInt8]) {
    let (across, down) = (
      view.widthPixels / 2, view.widthPixels * Double(plate.heightPixels) / Double(plate.widthPixels) / 2
    )
    let (sine, cosine) = (sin(view.degrees * .pi / 180), cos(view.degrees * .pi / 180))
    let reach = Int((across * across + down * down).squareRoot() * 1.5)
    let (middleX, middleY) = (Self.width * 9 / 20, Self.height * 11 / 20)
    for row in middleY - reach...middleY + reach {
      for column in middleX - reach...middleX + reach {
        var (sum, count) = (0.0, 0)
        // Nine samples for each pixel simulate a lens that is as sharp as the sensor.
        for part in 0..<9 {
          let x = Double(column - middleX) + Double(part % 3) / 3
          let y = Double(row - middleY) + Double(part / 3) / 3
          let turned = (x: x * cosine + y * sine, y: y * cosine - x * sine)
          // The plate's own coordinates from -1 to 1, by the inverse of x′ = x / (1 + tilt y).
          let v = turned.y / down / (1 - view.tilt * turned.y / down)
          let u = turned.x / across * (1 + view.tilt * v)
          guard abs(u) < 1, abs(v) < 1 else { continue }
          let at = (
            Int((u + 1) / 2 * Double(plate.widthPixels)), Int((v + 1) / 2 * Double(plate.heightPixels))
          )
          sum += 35 + view.contrast * Double(plate.pixels[at.1 * plate.widthPixels + at.0]) / 255
          count += 1
        }
        if count == 9 { pixels[row * Self.width + column] = UInt8(clamping: Int(sum / 9)) }
      }
    }
  }
}
