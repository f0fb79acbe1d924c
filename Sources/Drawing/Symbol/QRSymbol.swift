import CQRencode

/// A QR symbol (ISO/IEC 18004) of a text, without its quiet zone.
public struct QRSymbol: Hashable, Sendable {
  /// Level of error correction, at which 7, 15, 25 or 30 per cent of a symbol may be lost.
  public enum Correction: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    case low = "L"
    case medium = "M"
    case quartile = "Q"
    case high = "H"

    fileprivate var level: QRecLevel {
      switch self {
      case .low: QR_ECLEVEL_L
      case .medium: QR_ECLEVEL_M
      case .quartile: QR_ECLEVEL_Q
      case .high: QR_ECLEVEL_H
      }
    }

    public static func < (left: Correction, right: Correction) -> Bool {
      left.level.rawValue < right.level.rawValue
    }
  }

  /// Width of the quiet zone that the standard demands on every side, modules.
  public static let quietModules = 4

  public let text: String
  /// Number of modules along one side without the quiet zone, 21 to 177.
  public let moduleCount: Int
  public let correction: Correction
  /// The modules row by row from the top left; true is dark.
  public let modules: [Bool]

  public var moduleCountWithQuietZone: Int { moduleCount + 2 * Self.quietModules }

  /// Makes the smallest symbol of at least this level, with the highest level that does not enlarge it.
  /// - Throws: `symbolTooLong`.
  public init(_ text: String, atLeast least: Correction) throws(DrawingError) {
    var best: QRSymbol?
    for correction in Correction.allCases where correction >= least {
      guard let symbol = QRSymbol(text, correction: correction),
        symbol.moduleCount <= best?.moduleCount ?? symbol.moduleCount
      else { break }
      best = symbol
    }
    guard let best else { throw .symbolTooLong(bytes: text.utf8.count) }
    self = best
  }

  /// Whether a symbol of at most `maxModules` a side, quiet zone not counted, holds `text` at `correction`.
  public static func holds(_ text: String, correction: Correction, maxModules: Int) -> Bool {
    QRSymbol(text, correction: correction).map { $0.moduleCount <= maxModules } ?? false
  }

  init?(_ text: String, correction: Correction) {
    // A NUL would end the text early in C.
    guard !text.isEmpty, !text.utf8.contains(0) else { return nil }
    // Modes are mixed: the digits and capitals of a code take fewer bits than bytes do.
    guard let code = QRcode_encodeString(text, 0, correction.level, QR_MODE_8, 1) else { return nil }
    defer { QRcode_free(code) }
    guard let data = code.pointee.data, code.pointee.width > 0 else { return nil }
    self.text = text
    self.correction = correction
    moduleCount = Int(code.pointee.width)
    // qrencode.h: the lowest bit of each byte is the module, 1 black.
    modules = UnsafeBufferPointer(start: data, count: moduleCount * moduleCount).map { $0 & 1 == 1 }
  }

  /// Whether a module is dark; modules outside the symbol are light.
  public func isDark(column: Int, row: Int) -> Bool {
    guard (0..<moduleCount).contains(column), (0..<moduleCount).contains(row) else { return false }
    return modules[row * moduleCount + column]
  }

  /// The ranges of dark modules in a row, from left to right.
  public func darkRuns(row: Int) -> [Range<Int>] {
    guard (0..<moduleCount).contains(row) else { return [] }
    var runs: [Range<Int>] = []
    runs.reserveCapacity(moduleCount / 2)
    modules.withUnsafeBufferPointer { modules in
      let first = row * moduleCount
      var column = 0
      while column < moduleCount {
        let start = column
        while column < moduleCount, modules[first + column] { column += 1 }
        if start < column { runs.append(start..<column) }
        column += 1
      }
    }
    return runs
  }
}
