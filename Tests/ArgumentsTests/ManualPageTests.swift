import Arguments
import Foundation
import Terminal
import TestSupport
import Testing

@Suite struct ManualPageTests {
  private func page(_ language: Language) -> String {
    workshop().manualPage(
      in: language, date: "2026-01-31",
      chapters: [(Text(zh: "退出状态", en: "EXIT STATUS"), Text(zh: "0 完成\n.1 失败", en: "0 done\n.1 failed"))])
  }

  @Test(
    .enabled(if: InstalledProgram("mandoc").isInstalled, "mandoc is not installed"),
    arguments: Language.allCases)
  func `mandoc finds nothing wrong with the manual page`(language: Language) throws {
    let result = try ShellFolder().run("mandoc", ["-T", "lint", "-W", "warning"], input: page(language))
    #expect(result.everything == "")
    #expect(result.status == 0)
  }

  @Test(.enabled(if: InstalledProgram("man").isInstalled, "man is not installed"), arguments: Language.allCases)
  func `man shows every command and option`(language: Language) throws {
    let folder = try ShellFolder(["weldtech.1": page(language)])
    let output = try folder.run("man", ["-l", "\(folder.path)/weldtech.1"])
    #expect(output.status == 0)
    for word in ["flash", "labels batch", "repair open", "--read-back", "-h, --help", ".1 "] {
      #expect(output.output.contains(word), "\(output.output)")
    }
    #expect(output.output.contains(language == .zh ? "把固件写入模块" : "Write firmware onto the module"))
    #expect(!output.output.contains("completion-values"))
  }
}
