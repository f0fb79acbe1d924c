/// The operators of a page as `ContentStream` writes them.
struct PDFPageContent {
  /// The lightest grey in which a text counts as shown, from 0 for black to 1 for paper.
  private static let maxGrey = 0.7
  /// The smallest letters that count as shown, points.
  private static let minSizePoints = 4.0

  let bytes: [UInt8]
  /// The offset of the page's object in the file, to which faults point.
  let offset: Int
  /// Width of the page, points.
  let width: Double
  /// Height of the page, points.
  let height: Double
  /// The texts of the glyphs of each font, by the two bytes of a glyph's code.
  let glyphTexts: [String: [[UInt8]: String]]
  /// The names of the pictures on the page.
  let pictures: Set<String>

  private struct State {
    var matrix = Matrix()
    var grey = 0.0
  }

  /// The texts in the order in which they are drawn; the operators between one BT and its ET draw one text.
  /// - Throws: `content` for an operator that `ContentStream` does not write, `hiddenText`.
  func texts() throws(PDFFault) -> [String] {
    var reader = PDFValueReader(bytes, part: .content, base: 0)
    var operands: [PDFValue] = []
    var texts: [String] = []
    var text = ""
    var state = State()
    var saved: [State] = []
    var font: [[UInt8]: String] = [:]
    var size = 0.0
    var textMatrix = Matrix()
    let fault = PDFFault(.content, at: offset)
    while true {
      reader.skipBlanks()
      guard let first = reader.next else { break }
      guard (65...90).contains(first) || (97...122).contains(first) else {
        do { operands.append(try reader.value()) } catch { throw error.part == .size ? error : fault }
        guard operands.count <= 6 else { throw fault }
        continue
      }
      let word = operatorName(&reader)
      let numbers = operands.compactMap(\.number)
      switch word {
      case "q": saved.append(state)
      case "Q":
        guard let last = saved.popLast() else { throw fault }
        state = last
      case "cm":
        guard let matrix = Matrix(numbers) else { throw fault }
        state.matrix = matrix.followed(by: state.matrix)
      case "g":
        guard let grey = numbers.first else { throw fault }
        state.grey = grey
      case "BT": text = ""
      case "ET": texts.append(text)
      case "Tf":
        guard let name = operands.first?.name, let known = glyphTexts[name], let points = numbers.first else {
          throw fault
        }
        (font, size) = (known, points)
      case "Tm":
        guard let matrix = Matrix(numbers) else { throw fault }
        textMatrix = matrix.followed(by: state.matrix)
      case "TJ":
        guard let runs = operands.first?.array else { throw fault }
        let shown = try string(runs, font)
        let isInk = shown.contains { !$0.isWhitespace }
        guard !isInk || isShown(textMatrix, size: size, grey: state.grey) else {
          throw PDFFault(.hiddenText, at: offset)
        }
        text += shown
      case "Do":
        guard let name = operands.first?.name, pictures.contains(name) else { throw fault }
      case "G", "w", "J", "j", "m", "l", "c", "h", "re", "f", "S": break
      default: throw fault
      }
      operands = []
    }
    guard saved.isEmpty, operands.isEmpty else { throw fault }
    return texts
  }

  private func operatorName(_ reader: inout PDFValueReader) -> String {
    var name: [UInt8] = []
    while let byte = reader.next, byte > 0x20, byte != UInt8(ascii: "["), byte != UInt8(ascii: "/"),
      byte != UInt8(ascii: "<"), name.count < 4
    {
      name.append(byte)
      reader.position += 1
    }
    return String(decoding: name, as: UTF8.self)
  }

  private func string(_ runs: [PDFValue], _ font: [[UInt8]: String]) throws(PDFFault) -> String {
    var text = ""
    for run in runs {
      guard let codes = run.string else { continue }
      guard codes.count.isMultiple(of: 2) else { throw PDFFault(.content, at: offset) }
      // A glyph without a text belongs to the cluster of the glyph before it.
      for index in stride(from: 0, to: codes.count, by: 2) {
        text += font[[codes[index], codes[index + 1]]] ?? ""
      }
    }
    return text
  }

  private func isShown(_ matrix: Matrix, size: Double, grey: Double) -> Bool {
    let scale = (matrix.a * matrix.a + matrix.b * matrix.b).squareRoot()
    return grey <= Self.maxGrey && size * scale >= Self.minSizePoints
      && (0...width).contains(matrix.e) && (0...height).contains(matrix.f)
  }
}

/// A transformation of PDF, [a b c d e f] (ISO 32000-1, 8.3.3).
private struct Matrix {
  var a = 1.0
  var b = 0.0
  var c = 0.0
  var d = 1.0
  var e = 0.0
  var f = 0.0

  init() {}

  init?(_ numbers: [Double]) {
    guard numbers.count == 6 else { return nil }
    (a, b, c, d, e, f) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])
  }

  func followed(by next: Matrix) -> Matrix {
    var product = Matrix()
    product.a = a * next.a + b * next.c
    product.b = a * next.b + b * next.d
    product.c = c * next.a + d * next.c
    product.d = c * next.b + d * next.d
    product.e = e * next.a + f * next.c + next.e
    product.f = e * next.b + f * next.d + next.f
    return product
  }
}
