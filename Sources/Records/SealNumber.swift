/// The numbers of seals, which come in rolls.
public enum SealNumber {
  /// The number behind `number` on a roll: its last digits count up, and leading zeros stay (`LX-0009`, `LX-0010`); nil
  /// where it does not end in a digit.
  public static func next(after number: String) -> String? {
    let digits = number.reversed().prefix { $0.isASCII && $0.isNumber }.reversed()
    guard !digits.isEmpty else { return nil }
    var counted: [Character] = []
    var carry = 1
    for digit in digits.reversed() {
      let value = (digit.wholeNumberValue ?? 0) + carry
      carry = value / 10
      counted.insert(Character(String(value % 10)), at: 0)
    }
    return String(number.dropLast(digits.count)) + (carry > 0 ? "1" : "") + String(counted)
  }
}
