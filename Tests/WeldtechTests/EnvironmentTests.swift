import Arguments
import Foundation
import Terminal
import TestSupport
import Testing

@testable import weldtech

@Suite struct EnvironmentTests {
  struct HomeCase: CustomTestStringConvertible {
    var variables: [String: String]
    var home: String
    var testDescription: String { "\(variables)" }
  }

  @Test(arguments: [
    HomeCase(variables: ["HOME": "/home/t"], home: "/home/t/.local/share/weldtech"),
    HomeCase(variables: ["HOME": "/home/t", "XDG_DATA_HOME": "/data"], home: "/data/weldtech"),
    HomeCase(variables: ["HOME": "/home/t", "XDG_DATA_HOME": ""], home: "/home/t/.local/share/weldtech"),
    HomeCase(
      variables: ["HOME": "/home/t", "XDG_DATA_HOME": "/data", "WELDTECH_HOME": "/own"], home: "/own"),
    HomeCase(variables: [:], home: "/var/lib/.local/share/weldtech"),
  ])
  func `the home is WELDTECH_HOME, else the XDG data folder's, else the user's`(_ row: HomeCase) {
    #expect(Environment(variables: row.variables, executable: "").defaultHome == row.home)
  }

  struct LanguageCase: CustomTestStringConvertible {
    var variables: [String: String]
    var language: Language
    var testDescription: String { "\(variables)" }
  }

  @Test(arguments: [
    LanguageCase(variables: ["LANG": "zh_CN.UTF-8"], language: .zh),
    LanguageCase(variables: ["LANG": "en_GB.UTF-8"], language: .en),
    LanguageCase(variables: ["LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"], language: .en),
    LanguageCase(variables: ["LANG": "en_GB.UTF-8", "LC_ALL": "zh_TW.UTF-8"], language: .zh),
    LanguageCase(variables: ["LANG": "zh_CN.UTF-8", "LC_ALL": ""], language: .zh),
    LanguageCase(variables: [:], language: .en),
    LanguageCase(variables: ["LANG": "C"], language: .en),
  ])
  func `the language is the locale's`(_ row: LanguageCase) {
    #expect(Language(environment: row.variables) == row.language)
  }

  @Test func `the shared folder is the one named, or beside the program, or above it`() throws {
    let temporary = TemporaryFolder()
    let root = temporary.path
    func make(_ folder: String) throws {
      for part in ["label-templates", "schemes"] {
        try FileManager.default.createDirectory(
          atPath: "\(root)/\(folder)/\(part)", withIntermediateDirectories: true)
      }
    }
    try make("named")
    try make("usr/share/weldtech")
    try make("checkout")
    func share(_ executable: String, _ variables: [String: String] = [:]) -> String? {
      Environment(variables: variables, executable: root + executable).shareFolder
    }
    #expect(share("/usr/bin/weldtech") == root + "/usr/share/weldtech")
    #expect(share("/checkout/.build/debug/weldtech") == root + "/checkout")
    #expect(share("/elsewhere/weldtech") == nil)
    #expect(share("/usr/bin/weldtech", ["WELDTECH_SHARE": root + "/named"]) == root + "/named")
    // A wrong name is not silently replaced by another folder.
    #expect(share("/usr/bin/weldtech", ["WELDTECH_SHARE": root + "/nothing"]) == nil)
  }
}
