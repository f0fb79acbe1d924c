/// How an adapter's control lines reach a chip's reset and BOOT0 pins, in electrical terms. At a TTL adapter's pin an
/// asserted line is low, so that a line wired straight pulls its pin low while it is asserted.
public struct BoardProfile: Hashable, Sendable {
  public enum Line: Hashable, Sendable { case dtr, rts }

  /// As `--profile` names it.
  public let name: String
  /// Wired to NRST, which resets while low; nil where no line is.
  public let reset: Line?
  /// Wired to BOOT0, which is read as the reset ends: high leads into the ROM bootloader. Nil where no line is.
  public let boot0: Line?

  /// `module` is the module's service connector: no control line; a blank chip is reset by its supply with BOOT0 at
  /// 3.3 V by hand. The others are boards with both lines wired straight, or through one transistor each that does not
  /// change their sense, as stm32loader expects them and with the two exchanged.
  public static let known = [
    BoardProfile(name: "module", reset: nil, boot0: nil),
    BoardProfile(name: "dtr-reset-rts-boot0", reset: .dtr, boot0: .rts),
    BoardProfile(name: "rts-reset-dtr-boot0", reset: .rts, boot0: .dtr),
  ]

  /// Resets the chip into its ROM bootloader.
  /// - Parameter rest: lets so much time pass.
  func enterBootloader(_ lines: any ModemLines, rest: (Duration) throws(LinkError) -> Void) throws(LinkError) {
    try set(boot0, high: true, lines)
    try set(reset, high: false, lines)
    // NRST needs 20 µs (DS8626); a capacitor of 100 nF at its pull-up of 40 kΩ takes 4 ms each way.
    try rest(.milliseconds(20))
    try set(reset, high: true, lines)
    // The ROM looks at its ports some milliseconds later.
    try rest(.milliseconds(100))
    try set(boot0, high: false, lines)
  }

  private func set(_ line: Line?, high: Bool, _ lines: any ModemLines) throws(LinkError) {
    switch line {
    case .dtr: try lines.setDTR(!high)
    case .rts: try lines.setRTS(!high)
    case nil: break
    }
  }
}
