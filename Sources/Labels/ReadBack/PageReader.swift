import Drawing

/// Reads the operators of a page, which any program may have written, and keeps the boxes that they fill, so
/// that parts of the page can be drawn as small pictures. Text and lines are ignored; a shape other than a
/// rectangle counts as the box around it. Spot colours count as no ink.
struct PageReader {
  /// A filled box, in points from the page's top left.
  private struct Fill {
    let left: Double
    let top: Double
    let right: Double
    let bottom: Double
    let isDark: Bool
  }

  private struct State {
    /// Columns of the matrix, a b c d e f in ISO 32000-1 8.3.3.
    var matrix: (Double, Double, Double, Double, Double, Double) = (1, 0, 0, 1, 0, 0)
    /// Whether fills are dark; nil for a spot colour.
    var isDark: Bool? = true
  }

  private struct Box {
    var left = Double.infinity
    var top = Double.infinity
    var right = -Double.infinity
    var bottom = -Double.infinity

    var isEmpty: Bool { left > right }
  }

  private let forms: [String: [UInt8]]
  private let pageHeight: Double
  private var fills: [Fill] = []
  private var state = State()
  private var saved: [State] = []
  /// Boxes of the closed shapes of the current path.
  private var boxes: [Box] = []
  private var shape = Box()

  /// - Parameters:
  ///   - forms: operators by their names in the page's resources.
  ///   - pageHeight: the height of the page, points.
  init(_ operators: [UInt8], forms: [String: [UInt8]], pageHeight: Double) {
    self.forms = forms
    self.pageHeight = pageHeight
    read(operators)
  }

  // MARK: - Drawing

  /// Draws a square part of the page.
  /// - Parameters:
  ///   - box: The part, in points from the page's top left.
  ///   - side: Side of the picture, pixels.
  func picture(of box: Rectangle, side: Int) -> GreyImage {
    let scale = Double(side) / box.width
    var pixels = [UInt8](repeating: 255, count: side * side)
    // The pixels whose middle lies within the box.
    func range(_ from: Double, _ to: Double) -> Range<Int> {
      let first = Int(max(0, min(Double(side), (from * scale - 0.5).rounded(.up))))
      let end = Int(max(0, min(Double(side), (to * scale - 0.5).rounded(.up))))
      return first..<max(first, end)
    }
    pixels.withUnsafeMutableBufferPointer { pixels in
      for fill in fills
      where fill.right > box.x && fill.left < box.right && fill.bottom > box.y && fill.top < box.bottom {
        let columns = range(fill.left - box.x, fill.right - box.x)
        for row in range(fill.top - box.y, fill.bottom - box.y) {
          for column in columns { pixels[row * side + column] = fill.isDark ? 0 : 255 }
        }
      }
    }
    return GreyImage(widthPixels: side, heightPixels: side, pixelsPerMetre: nil, pixels: pixels)
  }

  // MARK: - Operators

  private mutating func read(_ operators: [UInt8]) {
    operators.withUnsafeBufferPointer { read($0) }
  }

  private mutating func read(_ operators: UnsafeBufferPointer<UInt8>) {
    var operands = Operands()
    var name = 0..<0
    var index = 0
    var isText = false
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
      while index < operators.count, !Self.isEnd(operators[index]) { index += 1 }
      if byte == 0x2F {
        name = start + 1..<index
      } else if let number = Self.number(operators, start..<index) {
        operands.add(number)
      } else {
        let word = operators[start..<index].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        if word == Word.beginText { isText = true }
        if word == Word.endText { isText = false }
        if !isText, index - start <= 4 {
          apply(word, operands) { String(decoding: operators[name], as: UTF8.self) }
        }
        operands.count = 0
      }
    }
  }

  private static func isEnd(_ byte: UInt8) -> Bool {
    byte <= 0x20 || byte == 0x2F || byte == 0x5B || byte == 0x5D || byte == 0x3C
  }

  /// The numbers before an operator, at most six; operators with more numbers are ignored.
  private struct Operands {
    var count = 0
    private var values: (Double, Double, Double, Double, Double, Double) = (0, 0, 0, 0, 0, 0)

    subscript(_ place: Int) -> Double {
      switch place {
      case 0: values.0
      case 1: values.1
      case 2: values.2
      case 3: values.3
      case 4: values.4
      default: values.5
      }
    }

    mutating func add(_ value: Double) {
      switch count {
      case 0: values.0 = value
      case 1: values.1 = value
      case 2: values.2 = value
      case 3: values.3 = value
      case 4: values.4 = value
      default: values.5 = value
      }
      count += 1
    }
  }

  private static let powers: [Double] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

  private static func number(_ operators: UnsafeBufferPointer<UInt8>, _ word: Range<Int>) -> Double? {
    // A 64-bit integer holds no more digits.
    guard word.count <= 18 else { return nil }
    var digits = 0
    var decimals: Int?
    var isNegative = false
    for index in word {
      switch operators[index] {
      case 0x2D where index == word.lowerBound: isNegative = true
      case 0x2E where decimals == nil: decimals = 0
      case let byte where 48...57 ~= byte:
        digits = digits * 10 + Int(byte - 48)
        decimals = decimals.map { $0 + 1 }
      default: return nil
      }
    }
    guard decimals ?? 0 < powers.count else { return nil }
    let value = Double(digits) / powers[decimals ?? 0]
    return isNegative ? -value : value
  }

  /// Operators as numbers made of their bytes, the first byte highest.
  private enum Word {
    static let beginText: UInt32 = 0x4254
    static let endText: UInt32 = 0x4554
    static let save: UInt32 = 0x71
    static let restore: UInt32 = 0x51
    static let matrix: UInt32 = 0x636D
    static let processColour: UInt32 = 0x6B
    static let colourSpace: UInt32 = 0x6373
    static let rectangle: UInt32 = 0x7265
    static let move: UInt32 = 0x6D
    static let line: UInt32 = 0x6C
    static let curve: UInt32 = 0x63
    static let fill: UInt32 = 0x66
    static let fillEvenOdd: UInt32 = 0x662A
    static let stroke: UInt32 = 0x53
    static let end: UInt32 = 0x6E
    static let form: UInt32 = 0x446F
  }

  private mutating func apply(_ word: UInt32, _ operands: Operands, name: () -> String) {
    switch (word, operands.count) {
    case (Word.rectangle, 4):
      add(operands[0], operands[1])
      add(operands[0] + operands[2], operands[1] + operands[3])
      close()
    case (Word.save, _): saved.append(state)
    case (Word.restore, _): state = saved.popLast() ?? State()
    case (Word.matrix, 6): concatenate(operands)
    case (Word.processColour, 4): state.isDark = operands[3] >= 0.5
    case (Word.colourSpace, _): state.isDark = nil
    case (Word.move, 2):
      close()
      add(operands[0], operands[1])
    case (Word.line, 2): add(operands[0], operands[1])
    case (Word.curve, 6): add(operands[4], operands[5])
    case (Word.fill, _), (Word.fillEvenOdd, _):
      close()
      if let isDark = state.isDark {
        for box in boxes {
          fills.append(
            Fill(left: box.left, top: box.top, right: box.right, bottom: box.bottom, isDark: isDark))
        }
      }
      boxes.removeAll(keepingCapacity: true)
    case (Word.stroke, _), (Word.end, _):
      close()
      boxes.removeAll(keepingCapacity: true)
    case (Word.form, _):
      guard let form = forms[name()], saved.count < 20 else { return }
      let outside = (state, saved)
      read(form)
      (state, saved) = outside
    default: break
    }
  }

  private mutating func concatenate(_ m: Operands) {
    let (a, b, c, d, e, f) = state.matrix
    state.matrix = (
      m[0] * a + m[1] * c, m[0] * b + m[1] * d, m[2] * a + m[3] * c, m[2] * b + m[3] * d,
      m[4] * a + m[5] * c + e, m[4] * b + m[5] * d + f
    )
  }

  // MARK: - Shapes

  private mutating func add(_ x: Double, _ y: Double) {
    let (a, b, c, d, e, f) = state.matrix
    let (across, down) = (a * x + c * y + e, pageHeight - (b * x + d * y + f))
    shape.left = min(shape.left, across)
    shape.right = max(shape.right, across)
    shape.top = min(shape.top, down)
    shape.bottom = max(shape.bottom, down)
  }

  private mutating func close() {
    if !shape.isEmpty { boxes.append(shape) }
    shape = Box()
  }
}
