import Fieldbook
import Files
import FoundationEssentials
import Glibc
import Records

/// Makes records with the program's own types, in the form in which laptops deliver them; `bench/company` and
/// the tests of the company's side load these records.
///
///     company-program objects FOLDER FIRST COUNT          puts COUNT records from number FIRST on, with all that
///                                                         they name, into a folder
///     company-program fieldbook HOME FOLDER FIRST COUNT   puts the same records into a laptop's fieldbook, and the
///                                                         objects that it delivers into a folder
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
