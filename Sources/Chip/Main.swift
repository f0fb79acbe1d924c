import Bench
import Cryptography
import FoundationEssentials
import Glibc
import Records
import Synchronization

private let isAskedToStop = Atomic(false)

/// The module's microcontroller on a pty. The program takes a `ChipOrder` on standard input, prints the path of
/// its pty as one JSON line, and runs until it is stopped or its cable is pulled. It then prints on standard
/// error, as one JSON line, how far it fell behind the clock on the wall.
@main
enum ChipProgram {
  static func main() {
    do {
      let order = try readOrder()
      let configuration = try order.configuration()
      let pace = ChipPace()
      let chip = try ExecutedChip(
        configuration: configuration, pace: pace, random: { try? SecureRandom.bytes($0) },
        now: { ContinuousClock.now })
      let bench = ModuleBench(configuration, now: { ContinuousClock.now }, makeChip: { chip })
      let port = try bench.start()
      say("{\"port\":\"\(port)\"}\n", to: 1)
      signal(SIGTERM) { _ in isAskedToStop.store(true, ordering: .relaxed) }
      signal(SIGINT) { _ in isAskedToStop.store(true, ordering: .relaxed) }
      _ = bench.run(until: { isAskedToStop.load(ordering: .relaxed) })
      // A measurement is worth nothing where the chip was late.
      let (seconds, attoseconds) = max(pace.maxLag, bench.maxDelay).components
      let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
      say("{\"longestLagMilliseconds\":\(milliseconds)}\n", to: 2)
    } catch {
      say("weldtech-chip: \(error)\n", to: 2)
      exit(1)
    }
  }

  /// Reads the order from standard input. An order is at most 2 MiB: a flash of 1 MiB in base64, and the other
  /// members.
  private static func readOrder() throws -> ChipOrder {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= 2 << 20 {
      let count = Glibc.read(0, &buffer, buffer.count)
      if count <= 0 { break }
      bytes += buffer[..<count]
    }
    do {
      return try JSONReader.decode(ChipOrder.self, from: bytes)
    } catch let unknown as UnknownField {
      throw unknown
    } catch {
      throw ChipError.order
    }
  }

  private static func say(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(descriptor, bytes, bytes.count)
  }
}
