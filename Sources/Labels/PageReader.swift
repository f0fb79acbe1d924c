import Drawing

/// Follows the operators of a page and draws what they fill, small: a square part of the page as the
/// operators have it, whatever wrote them. Text and lines are passed over; a shape other than a rectangle
/// counts as the box around it. Spot colours are no ink.
struct PageReader {
  var forms: [String: [UInt8]] = [:]

  private let scale: Double
  private let left: Double
  private let top: Double
  private let pageHeight: Double
  private let side: Int
  private var pixels: [UInt8]

  private struct State {
    /// Columns of the matrix: a b c d e f of ISO 32000-1 8.3.3.
    var matrix: (Double, Double, Double, Double, Double, Double) = (1, 0, 0, 1, 0, 0)
    /// Nil for a spot colour.
    var isDark: Bool? = true
  }

  private var state = State()
  private var saved: [State] = []
  private var boxes: [Rectangle] = []
  private var shape: Rectangle?

  /// - Parameters:
  ///   - box: the part of the page, points from its top left.
  ///   - pixels: of a side of the picture.
  init(box: Rectangle, pageHeight: Double, pixels: Int) {
    scale = Double(pixels) / box.width
    left = box.x
    top = box.y
    self.pageHeight = pageHeight
    side = pixels
    self.pixels = [UInt8](repeating: 255, count: pixels * pixels)
  }

  var picture: GreyImage {
    GreyImage(widthPixels: side, heightPixels: side, pixelsPerMetre: nil, pixels: pixels)
  }

  // MARK: - Operators

  mutating func read(_ operators: [UInt8]) {
    var operands: [Double] = []
    var name = ""
    var index = 0
    var isText = false
    func isEnd(_ byte: UInt8) -> Bool {
      byte <= 0x20 || byte == 0x2F || byte == 0x5B || byte == 0x5D || byte == 0x3C
    }
    while index < operators.count {
      let byte = operators[index]
      if byte <= 0x20 || byte == 0x5B || byte == 0x5D {
        index += 1
        continue
      }
      if byte == 0x3C {
        while index < operators.count, operators[index] != 0x3E { index += 1 }
        index += 1
        continue
      }
      let start = index
      index += 1
      while index < operators.count, !isEnd(operators[index]) { index += 1 }
      let word = operators[start..<index]
      if byte == 0x2F {
        name = String(decoding: word.dropFirst(), as: UTF8.self)
      } else if let number = Self.number(word) {
        operands.append(number)
      } else {
        if word.elementsEqual("BT".utf8) { isText = true }
        if word.elementsEqual("ET".utf8) { isText = false }
        if !isText { apply(word, operands, name) }
        operands.removeAll(keepingCapacity: true)
      }
    }
  }

  private static func number(_ word: ArraySlice<UInt8>) -> Double? {
    var value = 0.0
    var unit = 0.0
    var isNegative = false
    for (place, byte) in word.enumerated() {
      switch byte {
      case 0x2D where place == 0: isNegative = true
      case 0x2E where unit == 0: unit = 1
      case 48...57:
        if unit == 0 {
          value = value * 10 + Double(byte - 48)
        } else {
          unit /= 10
          value += Double(byte - 48) * unit
        }
      default: return nil
      }
    }
    return isNegative ? -value : value
  }

  private mutating func apply(_ word: ArraySlice<UInt8>, _ operands: [Double], _ name: String) {
    switch String(decoding: word, as: UTF8.self) {
    case "q": saved.append(state)
    case "Q": state = saved.popLast() ?? State()
    case "cm" where operands.count == 6:
      let (a, b, c, d, e, f) = state.matrix
      let m = operands
      state.matrix = (
        m[0] * a + m[1] * c, m[0] * b + m[1] * d, m[2] * a + m[3] * c, m[2] * b + m[3] * d,
        m[4] * a + m[5] * c + e, m[4] * b + m[5] * d + f
      )
    case "k" where operands.count == 4: state.isDark = operands[3] >= 0.5
    case "cs": state.isDark = nil
    case "re" where operands.count == 4:
      add(operands[0], operands[1])
      add(operands[0] + operands[2], operands[1] + operands[3])
      close()
    case "m" where operands.count == 2:
      close()
      add(operands[0], operands[1])
    case "l" where operands.count == 2: add(operands[0], operands[1])
    case "c" where operands.count == 6: add(operands[4], operands[5])
    case "f", "f*":
      close()
      if let isDark = state.isDark { for box in boxes { paint(box, isDark) } }
      boxes.removeAll(keepingCapacity: true)
    case "S", "n":
      close()
      boxes.removeAll(keepingCapacity: true)
    case "Do":
      guard let form = forms[name], saved.count < 20 else { return }
      let outside = state
      read(form)
      state = outside
    default: break
    }
  }

  // MARK: - Shapes

  private mutating func add(_ x: Double, _ y: Double) {
    let (a, b, c, d, e, f) = state.matrix
    let point = Rectangle(x: a * x + c * y + e, y: pageHeight - (b * x + d * y + f), width: 0, height: 0)
    guard let known = shape else {
      shape = point
      return
    }
    let (x, y) = (min(known.x, point.x), min(known.y, point.y))
    shape = Rectangle(
      x: x, y: y, width: max(known.right, point.x) - x, height: max(known.bottom, point.y) - y)
  }

  private mutating func close() {
    if let shape { boxes.append(shape) }
    shape = nil
  }

  /// Pixels whose middle lies within.
  private mutating func paint(_ box: Rectangle, _ isDark: Bool) {
    func range(_ from: Double, _ to: Double) -> Range<Int> {
      let first = Int(max(0, min(Double(side), (from - 0.5).rounded(.up))))
      let end = Int(max(0, min(Double(side), (to - 0.5).rounded(.up))))
      return first..<max(first, end)
    }
    let columns = range((box.x - left) * scale, (box.right - left) * scale)
    guard !columns.isEmpty else { return }
    for row in range((box.y - top) * scale, (box.bottom - top) * scale) {
      for column in columns { pixels[row * side + column] = isDark ? 0 : 255 }
    }
  }
}
