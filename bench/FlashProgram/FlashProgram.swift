import FoundationEssentials
import Glibc
import Provision

/// Flashes a chip for `bench/flash` in the same way as `weldtech flash`, with images that are no module's
/// firmware and so never answer. Prints one JSON line.
///
///     flash-program PORT MANIFEST.json TRUST-FOLDER rom|loader [CEILING]
@main
enum FlashProgram {
  struct Document: Encodable {
    var seconds: Double
    /// Seconds until the chip is asked whether it holds the image.
    var writeSeconds: Double
    var bytesWritten: Int
    var proofs: [String]
    var skipped: Bool
    var baudRate: Int
  }

  /// The adapter's highest baud rate, remembered for one run only.
  final class BaudRate: BaudRateMemory {
    let ceiling: Int?
    private(set) var held = 115_200
    init(ceiling: Int?) { self.ceiling = ceiling }
    func note(held baudRate: Int) { held = baudRate }
  }

  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count >= 5 else { fail("usage: PORT MANIFEST.json TRUST-FOLDER rom|loader [CEILING]") }
    do {
      let image = try Image(
        manifestPath: arguments[2], trusted: try TrustedKeys(directory: arguments[3]))
      let baudRate = BaudRate(ceiling: arguments.count > 5 ? Int(arguments[5]) : nil)
      let begun = ContinuousClock.now
      var written: ContinuousClock.Instant?
      let link = try SerialPort.open(arguments[1], framing: .bootloader)
      defer { link.close() }
      let result = try Flasher(link: link, baudRates: baudRate, now: { .now }).flash(
        .image(image), options: .init(usesLoader: arguments[4] == "loader", awaitsFirmware: false)
      ) { step in
        if case .verifying = step, written == nil { written = .now }
      }
      let document = Document(
        seconds: (ContinuousClock.now - begun) / .seconds(1),
        writeSeconds: ((written ?? .now) - begun) / .seconds(1), bytesWritten: result.bytesWritten,
        proofs: result.proofs.map(\.rawValue).sorted(), skipped: result.skipped != nil, baudRate: baudRate.held)
      say(String(decoding: try JSONEncoder().encode(document), as: UTF8.self), to: 1)
    } catch {
      fail("\(error)")
    }
  }

  private static func fail(_ text: String) -> Never {
    say(text, to: 2)
    exit(1)
  }

  private static func say(_ text: String, to descriptor: Int32) {
    let bytes = Array((text + "\n").utf8)
    _ = Glibc.write(descriptor, bytes, bytes.count)
  }
}
