import Foundation
import Glibc
import Records
import TestSupport
import Testing

@testable import weldtech

/// Runs `register --from` with files in the encodings of editors on a Chinese Windows, and with files in none.
@Suite struct RegistrationEncodingTests {
  private func unitName(of bytes: [UInt8]) throws -> String {
    let desk = Desk()
    try desk.setUp()
    let file = desk.home + "-registration.json"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try Data(bytes).write(to: URL(filePath: file))
    let form = RegistrationForm(workplace: desk.workplace())
    guard case .registered(let registration, _, _) = try form.fill(RegistrationForm.Request(from: file)) else {
      return ""
    }
    return registration.owner.unitName.description
  }

  /// The text in an encoding, by the system's iconv.
  private func converted(_ text: String, to encoding: String) throws -> [UInt8] {
    [UInt8](
      try InstalledProgram("iconv").run(["-f", "UTF-8", "-t", encoding], input: Data(text.utf8)).outputBytes)
  }

  @Test(arguments: ["UTF-8", "GB18030", "UTF-16", "UTF-16LE"])
  func `a document is read in whatever it was saved as`(encoding: String) throws {
    let name = try unitName(of: converted(Person.registration, to: encoding))
    #expect(name == "树林召汽车修理厂（东风路二分店）")
    let marked = "\u{FEFF}" + Person.registration
    #expect(try unitName(of: Array(marked.utf8)) == name)
  }

  @Test func `a broken character is named by its line and not read as something else`() throws {
    var bytes = Array(Person.registration.utf8)
    let place = try #require(Data(bytes).range(of: Data("社区".utf8))).lowerBound
    bytes.remove(at: place + 1)
    let line = 1 + bytes[..<place].count { $0 == 0x0A }
    let rejected = try #require(throws: RegistrationRejected.self) { try unitName(of: bytes) }
    guard case .notJSON(let fault)? = rejected.problems.first?.fault else {
      Issue.record("\(rejected)")
      return
    }
    #expect(fault.reason == .encoding && fault.line == line)
    let message = try #require(rejected.problems.first?.explanation.message)
    #expect(message.en.contains("line \(line)") && message.zh.contains("第 \(line) 行"))
  }
}

/// Checks for which ports the development key is trusted.
@Suite struct DevelopmentKeyTests {
  @Test func `the development key counts for simulated modules only`() throws {
    let workplace = Desk().workplace()
    func names(_ ports: [String]) throws -> [String] {
      try workplace.firmwareShelf().trustedKeys(for: ports).keys.map(\.name)
    }
    var (near, far): (Int32, Int32) = (0, 0)
    var path = [CChar](repeating: 0, count: 128)
    try #require(openpty(&near, &far, &path, nil, nil) == 0)
    defer {
      close(near)
      close(far)
    }
    let simulated = String(decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    #expect(try names([]).contains("development"))
    #expect(try names([simulated]).contains("development"))
    for port in ["/dev/null", "/dev/ttyS0", "/nowhere", "/tmp", ""] {
      #expect(try !names([port]).contains("development"), "\(port)")
      #expect(try !names([simulated, port]).contains("development"), "\(port)")
    }
  }
}
