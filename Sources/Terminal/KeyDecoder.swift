/// Reads the keys in a terminal's bytes: UTF-8, control characters, and the escape sequences of xterm and
/// similar terminals. Broken and unknown bytes are skipped.
struct KeyDecoder {
  enum Key: Equatable {
    case scalar(Unicode.Scalar)
    case enter, cancel, deleteOrEnd, complete
    case left, right, home, end, wordLeft, wordRight
    case backspace, delete, deleteWord, deleteToStart, deleteToEnd
  }

  private enum State {
    case ground
    /// A lead byte has begun a UTF-8 sequence, of which `missing` bytes are still to come.
    case utf8(missing: Int)
    case escape
    /// `ESC [` or `ESC O` has begun a sequence.
    case sequence
  }

  private var state = State.ground
  private var bytes: [UInt8] = []

  mutating func feed(_ byte: UInt8) -> Key? {
    switch state {
    case .ground: return begin(byte)
    case .utf8(let missing):
      guard byte & 0xC0 == 0x80 else {
        // A new character begins before the previous one was complete.
        state = .ground
        return begin(byte)
      }
      bytes.append(byte)
      state = missing > 1 ? .utf8(missing: missing - 1) : .ground
      return missing > 1 ? nil : scalar()
    case .escape:
      switch byte {
      case 0x5B, 0x4F:
        bytes = []
        state = .sequence
      case 0x1B: break
      default:
        state = .ground
        return meta(byte)
      }
      return nil
    case .sequence:
      if (0x40...0x7E).contains(byte) {
        state = .ground
        return named(byte)
      }
      // Parameters may follow; a control character or too many parameters end the sequence.
      guard (0x20...0x3F).contains(byte), bytes.count < 16 else {
        state = .ground
        return byte < 0x20 ? begin(byte) : nil
      }
      bytes.append(byte)
      return nil
    }
  }

  // MARK: - Private

  private mutating func begin(_ byte: UInt8) -> Key? {
    switch byte {
    case 0x20...0x7E: return .scalar(Unicode.Scalar(byte))
    case 0xC2...0xDF, 0xE0...0xEF, 0xF0...0xF4:
      bytes = [byte]
      state = .utf8(missing: byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3)
      return nil
    case 0x1B:
      state = .escape
      return nil
    default: return Self.controls[byte]
    }
  }

  private static let controls: [UInt8: Key] = [
    0x01: .home, 0x02: .left, 0x03: .cancel, 0x04: .deleteOrEnd, 0x05: .end, 0x06: .right, 0x08: .backspace,
    0x09: .complete, 0x0A: .enter, 0x0B: .deleteToEnd, 0x0D: .enter, 0x15: .deleteToStart, 0x17: .deleteWord,
    0x7F: .backspace,
  ]

  private func meta(_ byte: UInt8) -> Key? {
    switch byte {
    case 0x62: .wordLeft
    case 0x66: .wordRight
    case 0x7F, 0x08: .deleteWord
    // These control characters have the same meaning behind an Escape as alone.
    case 0x03: .cancel
    case 0x0D, 0x0A: .enter
    default: nil
    }
  }

  private func named(_ final: UInt8) -> Key? {
    let parameters = String(decoding: bytes, as: UTF8.self)
    let withControl = parameters.hasSuffix(";5") || parameters.hasSuffix(";3")
    switch (final, parameters) {
    case (0x44, _): return withControl ? .wordLeft : .left
    case (0x43, _): return withControl ? .wordRight : .right
    case (0x48, _), (0x7E, "1"), (0x7E, "7"): return .home
    case (0x46, _), (0x7E, "4"), (0x7E, "8"): return .end
    case (0x7E, "3"): return .delete
    default: return nil
    }
  }

  private func scalar() -> Key? {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: return nil
    default: return scalar.value == 0xFEFF ? nil : .scalar(scalar)
    }
  }
}
