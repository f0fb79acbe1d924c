/// Encodes many texts of the same form and remembers the level for each pattern. libqrencode distinguishes only
/// digits, capitals and other bytes, so the highest level that does not enlarge the symbol has to be searched
/// once for each pattern.
public final class SymbolEncoder {
  private struct Pattern: Hashable {
    let classes: [UInt8]
    let least: QRSymbol.Correction
  }

  private var levels: [Pattern: QRSymbol.Correction] = [:]
  private static let maxPatterns = 4_096

  public init() {}

  /// Makes the same symbol as `QRSymbol(text, atLeast:)`.
  /// - Throws: `symbolTooLong`.
  public func encode(_ text: String, atLeast least: QRSymbol.Correction) throws(DrawingError) -> QRSymbol {
    let pattern = Pattern(classes: text.utf8.map(Self.characterClass), least: least)
    if let level = levels[pattern], let symbol = QRSymbol(text, correction: level) { return symbol }
    let symbol = try QRSymbol(text, atLeast: least)
    if levels.count >= Self.maxPatterns { levels.removeAll(keepingCapacity: true) }
    levels[pattern] = symbol.correction
    return symbol
  }

  /// The mode of a character by ISO/IEC 18004 table 5: numeric, alphanumeric or byte.
  private static func characterClass(_ character: UInt8) -> UInt8 {
    switch character {
    case 48...57: 0
    case 65...90, 0x20, 0x24, 0x25, 0x2A, 0x2B, 0x2D, 0x2E, 0x2F, 0x3A: 1
    default: 2
    }
  }
}
