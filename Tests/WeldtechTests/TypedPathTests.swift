import Foundation
import Terminal
import TestSupport
import Testing

@testable import weldtech

/// Reads paths as they are typed, pasted and dropped on a terminal.
@Suite struct TypedPathTests {
  @Test(arguments: [
    ("/tmp/a.jpg", "/tmp/a.jpg"), ("  /tmp/a.jpg  ", "/tmp/a.jpg"), ("'/tmp/IMG 1.jpg' ", "/tmp/IMG 1.jpg"),
    ("\"/tmp/IMG 1.jpg\"", "/tmp/IMG 1.jpg"), ("/tmp/IMG\\ 1\\ \\(2\\).jpg", "/tmp/IMG 1 (2).jpg"),
    ("/tmp/IMG 1.jpg", "/tmp/IMG 1.jpg"), ("'/tmp/it'\\''s.jpg'", "/tmp/it's.jpg"),
    ("/tmp/it's.jpg", "/tmp/it's.jpg"),
    ("~/照片/a.jpg", "/home/li/照片/a.jpg"), ("~", "/home/li"), ("'~/a.jpg'", "~/a.jpg"),
    ("~li/a.jpg", "~li/a.jpg"),
    ("file:///tmp/%E7%85%A7%E7%89%87%201.jpg", "/tmp/照片 1.jpg"), ("file://laptop/tmp/a.jpg", "/tmp/a.jpg"),
    ("'file:///tmp/a%20b.jpg'", "/tmp/a b.jpg"), ("file:///tmp/100%.jpg", "/tmp/100%.jpg"), ("", ""),
    ("\u{3000}/tmp/a.jpg", "/tmp/a.jpg"), ("/tmp/a\\", "/tmp/a\\"),
  ])
  func `a path is read whatever put it there`(typed: String, path: String) {
    #expect(TypedPath.read(typed, home: "/home/li") == path)
  }

  /// Compares a path as it is read here with the word that the shell itself makes of the line.
  @Test func `one word to a shell is the same path here`() throws {
    let words = [
      "'/tmp/IMG 1.jpg'", "/tmp/a\\ b.jpg", "'/tmp/it'\\''s.jpg'", "\"/tmp/a b.jpg\"", "/tmp/'a b'/c\\'d.jpg",
    ]
    for word in words {
      let shell = try InstalledProgram("sh").run(["-c", "printf %s \(word)"], input: Data())
      #expect(TypedPath.read(word, home: "/") == shell.output, "\(word)")
    }
  }

  @Test func `Tab completes as far as there is one way, and shows the ways`() throws {
    let folder = TemporaryFolder()
    for name in ["IMG 1001.jpg", "IMG 1002.jpg", "notes.txt"] { _ = try folder.write(name, "x") }
    try FileManager.default.createDirectory(atPath: folder.file("sub"), withIntermediateDirectories: true)
    let completion = PathCompletion(home: folder.path)
    let path = folder.path
    #expect(completion.complete(path + "/n") == LineCompletion(text: path + "/notes.txt"))
    #expect(completion.complete("~/s") == LineCompletion(text: "~/sub/"))
    let several = completion.complete(path + "/I")
    #expect(several.text == path + "/IMG 100" && several.candidates == ["IMG 1001.jpg", "IMG 1002.jpg"])
    #expect(completion.complete(path + "/zzz") == LineCompletion(text: path + "/zzz"))
    #expect(completion.complete("'" + path + "/n").text == path + "/notes.txt")
  }

  @Test(
    arguments: [
      ("王大山 13800000001", "王大山", "13800000001"), ("王大山　１３８ 0000 0001", "王大山", "１３８ 0000 0001"),
      ("阿拉坦 图雅 0477-5216666", "阿拉坦 图雅", "0477-5216666"), ("王大山", "王大山", nil),
      ("王大山 1380000000", "王大山", "1380000000"),
    ] as [(String, String, String?)])
  func `a person is a name and a phone`(text: String, name: String, phone: String?) {
    let person = SplitAnswer.person(text)
    #expect(person.name == name && person.phone == phone)
  }

  @Test(
    arguments: [
      ("瑞凌 ZX7-315", "瑞凌", "ZX7-315"), ("ZX7-315", nil, "ZX7-315"), ("瑞凌", "瑞凌", nil),
      ("Lincoln Electric Invertec V310", "Lincoln Electric Invertec", "V310"), (" ", nil, nil),
    ] as [(String, String?, String?)])
  func `a machine is a brand and a model`(text: String, brand: String?, model: String?) {
    let machine = SplitAnswer.machine(text)
    #expect(machine.brand == brand && machine.model == model)
  }

  @Test(
    arguments: [
      ("3 2", "3", "2"), ("3/2", "3", "2"), ("３，２", "3", "2"), ("3人、2人", "3人", "2人"), ("3", "3", nil),
    ] as [(String, String, String?)])
  func `two numbers stand on one line`(text: String, first: String, second: String?) {
    let numbers = SplitAnswer.numbers(text)
    #expect(numbers.first == first && numbers.second == second)
  }
}
