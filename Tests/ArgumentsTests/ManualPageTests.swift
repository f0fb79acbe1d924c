import Arguments
import Foundation
import Terminal
import Testing

@Suite struct ManualPageTests {
  private func page(_ language: Language) -> String {
    workshop().manualPage(
      in: language, date: "2026-01-31",
      chapters: [(Text(zh: "退出状态", en: "EXIT STATUS"), Text(zh: "0 完成\n.1 失败", en: "0 done\n.1 failed"))])
  }

  @Test(.enabled(if: Tool.isInstalled("mandoc"), "mandoc is not installed"), arguments: Language.allCases)
  func `mandoc finds nothing wrong with the manual page`(language: Language) throws {
    let result = try Tool.run("mandoc", ["-T", "lint", "-W", "warning"], input: page(language))
    #expect(result.output == "")
    #expect(result.status == 0)
  }

  @Test(.enabled(if: Tool.isInstalled("man"), "man is not installed"), arguments: Language.allCases)
  func `man shows every command and option`(language: Language) throws {
    let output = try Tool.withFolder(["weldtech.1": page(language)]) { folder in
      try Tool.run("man", ["-l", folder.appendingPathComponent("weldtech.1").path], path: folder.path)
    }
    #expect(output.status == 0)
    for word in ["flash", "labels batch", "repair open", "--read-back", "-h, --help", ".1 "] {
      #expect(output.output.contains(word), "\(output.output)")
    }
    #expect(output.output.contains(language == .zh ? "把固件写入模块" : "Write firmware onto the module"))
    #expect(!output.output.contains("completion-values"))
  }
}
