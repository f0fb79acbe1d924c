/// The way in which an adapter's control lines reach a chip's reset and BOOT0 pins, in electrical terms. At a TTL
/// adapter's pin an asserted line is low, so that a line wired straight pulls its pin low while it is asserted.
public struct BoardProfile: Hashable, Sendable {
  public enum Line: Hashable, Sendable { case dtr, rts }

  /// The name that `--profile` takes.
  public let name: String
  /// The line that is wired to NRST, which resets the chip while it is low; nil where none is.
  public let reset: Line?
  /// The line that is wired to BOOT0, which the chip reads as its reset ends: high leads into the ROM bootloader. Nil
  /// where none is.
  public let boot0: Line?
  /// Whether DTR and RTS lead through two crossed transistors to IO0 (IO9 of a C3) and EN of a chip of Espressif's:
  /// RTS alone pulls EN low, DTR alone IO0, and both together neither.
  public let isEspressif: Bool

  init(name: String, reset: Line?, boot0: Line?, isEspressif: Bool = false) {
    (self.name, self.reset, self.boot0, self.isEspressif) = (name, reset, boot0, isEspressif)
  }

  /// Every profile that `--profile` takes. `module` is the module's service connector, which has no control
  /// line: a blank chip is reset by its supply, with BOOT0 held at 3.3 V by hand. The next two are boards with
  /// both lines wired straight, or through one transistor each that does not change their sense; stm32loader
  /// expects the first of them, and the second has the lines exchanged. The last is Espressif's.
  public static let known = [
    BoardProfile(name: "module", reset: nil, boot0: nil),
    BoardProfile(name: "dtr-reset-rts-boot0", reset: .dtr, boot0: .rts),
    BoardProfile(name: "rts-reset-dtr-boot0", reset: .rts, boot0: .dtr), espressif,
  ]

  /// The profile of Espressif's own boards and of most boards that are modelled on them.
  static let espressif = BoardProfile(name: "esp32", reset: .rts, boot0: .dtr, isEspressif: true)

  /// Resets the chip into its ROM bootloader.
  /// - Parameter rest: waits for the given time.
  func enterBootloader(_ lines: any ModemLines, rest: (Duration) throws(LinkError) -> Void) throws(LinkError) {
    if isEspressif { return try enterEspressif(lines, rest: rest) }
    try set(boot0, high: true, lines)
    try set(reset, high: false, lines)
    // NRST needs 20 µs (DS8626); a capacitor of 100 nF at its pull-up of 40 kΩ takes 4 ms each way.
    try rest(.milliseconds(20))
    try set(reset, high: true, lines)
    // The ROM looks at its ports some milliseconds later.
    try rest(.milliseconds(100))
    try set(boot0, high: false, lines)
  }

  private func enterEspressif(
    _ lines: any ModemLines, rest: (Duration) throws(LinkError) -> Void
  ) throws(LinkError) {
    // EN low resets the chip, with IO0 high. Both lines are released first, so that no other pin is pulled low
    // in between.
    try lines.set(dtr: false, rts: false)
    try lines.set(dtr: false, rts: true)
    // Boards have a capacitor of up to 10 µF at EN, whose pull-up is 10 kΩ.
    try rest(.milliseconds(100))
    // IO0 has to be low while the capacitor charges and EN rises.
    try lines.set(dtr: true, rts: false)
    try rest(.milliseconds(150))
    try lines.set(dtr: false, rts: false)
    // The ROM prints its banner.
    try rest(.milliseconds(50))
  }

  /// Resets a chip of Espressif's, which then starts the program in its flash.
  func leaveBootloader(_ lines: any ModemLines, rest: (Duration) throws(LinkError) -> Void) throws(LinkError) {
    try lines.set(dtr: false, rts: true)
    try rest(.milliseconds(100))
    try lines.set(dtr: false, rts: false)
  }

  private func set(_ line: Line?, high: Bool, _ lines: any ModemLines) throws(LinkError) {
    switch line {
    case .dtr: try lines.setDTR(!high)
    case .rts: try lines.setRTS(!high)
    case nil: break
    }
  }
}
