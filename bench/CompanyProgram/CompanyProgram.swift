import Fieldbook
import Files
import FoundationEssentials
import Glibc
import Records

/// Makes what `bench/company` and the tests of the company's side load: records by the program's own types, as laptops deliver them.
///
///     company-program objects FOLDER FIRST COUNT     so many records from that number on, with all that they name, into a folder
///     company-program fieldbook HOME FOLDER FIRST COUNT     the same records in a laptop's fieldbook, and what it delivers in a folder
@main
enum CompanyProgram {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let numbers = arguments.suffix(2).compactMap { Int($0) }
    do {
      guard numbers.count == 2, numbers[0] >= 0, numbers[1] > 0 else { fail(usage) }
      let range = numbers[0]..<numbers[0] + numbers[1]
      switch (arguments.first, arguments.count) {
      case ("objects"?, 4):
        let folder = ObjectFolder(arguments[1])
        for number in range { try SampleLife(number).deliver(to: folder) }
      case ("fieldbook"?, 5):
        try SampleFieldbook(home: arguments[1]).fill(range, deliveringTo: ObjectFolder(arguments[2]))
      default: fail(usage)
      }
    } catch {
      fail("\(error)")
    }
  }

  private static let usage = "usage: objects FOLDER FIRST COUNT | fieldbook HOME FOLDER FIRST COUNT"

  private static func fail(_ message: String) -> Never {
    let line = Array("company-program: \(message)\n".utf8)
    _ = write(2, line, line.count)
    exit(1)
  }
}
