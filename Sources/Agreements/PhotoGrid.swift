import Drawing
import Records

/// A grid of photos, two in a row: a small picture, and beside it the photo's stage, time, size and digest.
struct PhotoGrid {
  private static let columns = 2
  private static let cellWidth = PageFlow.width / Double(columns)
  private static let cellHeight = 28.0
  private static let padding = 1.5
  private static let pictureWidth = 33.0
  private static let textWidth = cellWidth - pictureWidth - 3 * padding

  private let pictures: [String: JPEGPicture]
  private let flow: PageFlow

  /// - Parameter pictures: small pictures by the SHA-256 of their photos.
  init(_ pictures: [String: JPEGPicture], in flow: PageFlow) {
    self.pictures = pictures
    self.flow = flow
  }

  func place(_ photos: [Photo]) {
    var rest = photos[...]
    while !rest.isEmpty {
      row(Array(rest.prefix(Self.columns)))
      rest = rest.dropFirst(Self.columns)
    }
  }

  private struct Cell {
    let picture: JPEGPicture?
    let words: TextBlock
    let digest: TextBlock
  }

  private func row(_ photos: [Photo]) {
    let cells = photos.map(cell)
    let missing = flow.set("没有小图", style: TextStyle(sizePoints: 8))
    let height = cells.reduce(Self.cellHeight) {
      max($0, $1.words.heightMillimetres + $1.digest.heightMillimetres + 3 * Self.padding)
    }
    flow.place(height: height) { canvas, top in
      for (index, cell) in cells.enumerated() {
        let box = Rectangle(
          x: PageFlow.left + Double(index) * Self.cellWidth, y: top, width: Self.cellWidth, height: height)
        canvas.stroke(Path(box), widthMillimetres: 0.15, colour: .grey(0.55))
        let place = Rectangle(
          x: box.x + Self.padding, y: box.y + Self.padding, width: Self.pictureWidth,
          height: height - 2 * Self.padding)
        if let picture = cell.picture {
          canvas.draw(picture, in: place)
        } else {
          canvas.fill(Path(place), colour: .grey(0.94))
          canvas.draw(
            missing, x: place.x + (place.width - missing.widthMillimetres) / 2,
            y: place.y + (place.height - missing.heightMillimetres) / 2, colour: .grey(0.3))
        }
        canvas.draw(cell.words, x: place.right + Self.padding, y: place.y)
        canvas.draw(
          cell.digest, x: place.right + Self.padding, y: place.bottom - cell.digest.heightMillimetres)
      }
    }
  }

  private func cell(_ photo: Photo) -> Cell {
    let words = flow.set(
      "\(photo.stage.word)\n\(AgreementWords.time(photo.takenAt))\n\(photo.widthPixels)×\(photo.heightPixels) 像素",
      style: TextStyle(sizePoints: 8.5), width: Self.textWidth)
    // Half of the digest stands on each of two lines.
    let digest = flow.set(
      "文件摘要（SHA-256）\n\(photo.sha256.prefix(32))\n\(photo.sha256.dropFirst(32))",
      style: TextStyle(sizePoints: 7), width: Self.textWidth)
    return Cell(picture: pictures[photo.sha256], words: words, digest: digest)
  }
}
