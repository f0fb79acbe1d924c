import Arguments
import Foundation
import Terminal
import TestSupport
import Testing

private let hasZsh = InstalledProgram("zsh").isInstalled
private let hasFish = InstalledProgram("fish").isInstalled

@Suite struct CompletionTests {
  // MARK: - Bash

  @Test(arguments: [
    (["fl"], ["flash"]), (["labels", ""], ["batch", "templates"]), (["label-shop", "b"], ["batch"]),
    (["--json", "ne"], ["next"]), (["--lang", "en", "ne"], ["next"]), (["--lang", "="], ["zh", "en"]),
    (["--lang", ""], ["zh", "en"]), (["flash", "--p"], ["--port"]),
    (["flash", "--port", "/dev/ttyA"], ["/dev/ttyACM1"]),
    (["flash", ""], ["0A3F"]), (["flash", "0A3F", ""], []), (["flash", "--port", "/dev/x", "0"], ["0A3F"]),
    (["labels", "batch", "--format", "p"], ["png", "pdf"]),
    (["labels", "batch", "--format", "=", "s"], ["svg"]),
    (["labels", "batch", "--format", "="], ["png", "pdf", "svg"]),
    (["repair", ""], ["open", "150621-00A000-5"]), (["repair", "open", "--f"], ["--fault"]),
    (["labels", "batch", "two"], ["two words.csv"]), (["labels", "batch", "two words.csv", "a"], ["a.csv"]),
    (["flash", "--image", "a"], ["a.csv"]), (["flash", "--", "--p"], []), (["com"], []),
    (["labels", "batch", "--sheet", "a4", "--h"], ["--home", "--help"]), (["--home", "fol"], ["folder"]),
  ])
  func `bash offers what fits`(words: [String], expected: [String]) throws {
    let folder = try ShellFolder([
      "weldtech.bash": workshop().completionScript(for: .bash, in: .zh), "a.csv": "", "two words.csv": "",
    ])
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/folder", withIntermediateDirectories: true)
    let line = (["weldtech"] + words).map { "'\($0)'" }.joined(separator: " ")
    let script = """
      cd '\(folder.path)' && source ./weldtech.bash
      COMP_WORDS=(\(line)) COMP_CWORD=\(words.count)
      _weldtech
      for reply in "${COMPREPLY[@]}"; do printf '%s\\n' "$reply"; done
      """
    let output = try folder.run("bash", ["--norc", "-c", script]).everything
    #expect(output.split(separator: "\n").map(String.init) == expected)
  }

  @Test func `the bash script is sound`() throws {
    let script = workshop().completionScript(for: .bash, in: .en)
    let result = try ShellFolder().run("bash", ["-n"], input: script)
    #expect(result.status == 0, "\(result.everything)")
    #expect(!script.contains("completion-values'") && !script.contains("|completion-values"))
  }

  // MARK: - Zsh

  @Test(.enabled(if: hasZsh, "zsh is not installed"), arguments: Language.allCases)
  func `the zsh script is sound`(language: Language) throws {
    let result = try ShellFolder().run(
      "zsh", ["-n"], input: workshop().completionScript(for: .zsh, in: language))
    #expect(result.status == 0, "\(result.everything)")
  }

  @Test(
    .enabled(if: hasZsh, "zsh is not installed"),
    arguments: [
      (["fl"], "describe: flash:Write firmware onto the module|next:"),
      (["labels", ""], "describe: batch:Print many|templates:"),
      (["flash", "--p"], "describe: --port:the serial port that the module is on|"),
      (["flash", "--port", ""], #"describe: /dev/ttyUSB0:CP2102|/dev/ttyACM1:CH340\: serial"#),
      (["labels", "batch", "--format", ""], "compadd: -- png pdf svg"),
      (["labels", "batch", "x", ""], "files:"),
      (["repair", ""], "describe: open:Record a fault\ndescribe: 150621-00A000-5"),
      (["--home", ""], "files: -/"),
      (["labels", "batch", "--dpi", ""], "message: the resolution"),
    ])
  func `zsh offers what fits`(words: [String], expected: String) throws {
    let folder = try ShellFolder(["_weldtech": workshop().completionScript(for: .zsh, in: .en)])
    // These functions replace those of the completion system and print what they were asked to offer.
    let script = """
      setopt extendedglob
      compdef() { :; }
      compadd() { print -r -- "compadd: $*" }
      _files() { print -r -- "files: $*" }
      _message() { print -r -- "message: $*" }
      _describe() { [[ $1 == -o ]] && shift; print -r -- "describe: ${(j:|:)${(P)2}}" }
      source '\(folder.path)/_weldtech'
      words=(weldtech \(words.map { "'\($0)'" }.joined(separator: " "))) CURRENT=\(words.count + 1)
      _weldtech
      """
    let output = try folder.run("zsh", ["-f", "-c", script]).everything
    #expect(output.hasPrefix(expected), "\(output)")
  }

  // MARK: - Fish

  @Test(.enabled(if: hasFish, "fish is not installed"), arguments: Language.allCases)
  func `the fish script is sound`(language: Language) throws {
    let result = try ShellFolder().run(
      "fish", ["--no-config", "--no-execute"], input: workshop().completionScript(for: .fish, in: language))
    #expect(result.status == 0, "\(result.everything)")
  }

  @Test(
    .enabled(if: hasFish, "fish is not installed"),
    arguments: [
      ("weldtech fl", ["flash\t把固件写入模块"]), ("weldtech labels ", ["batch\t批量打印", "templates\t列出模板"]),
      ("weldtech --lang en labels b", ["batch\t批量打印"]), ("weldtech flash --po", ["--port\t模块所在的串口"]),
      ("weldtech flash --port /dev/ttyU", ["/dev/ttyUSB0\tCP2102"]), ("weldtech flash 0", ["0A3F\t白塔焊接"]),
      ("weldtech labels batch --format p", ["pdf\t文件格式", "png\t文件格式"]),
      ("weldtech labels batch --format=s", ["--format=svg\t文件格式"]),
      ("weldtech repair open --f", ["--fault\t故障现象"]), ("weldtech flash 0A3F ", []), ("weldtech compl", []),
    ])
  func `fish offers what fits`(line: String, expected: [String]) throws {
    let folder = try ShellFolder(["weldtech.fish": workshop().completionScript(for: .fish, in: .zh)])
    let script = "source '\(folder.path)/weldtech.fish'; complete -C '\(line)'"
    let output = try folder.run("fish", ["--no-config", "-c", script]).everything
    #expect(output.split(separator: "\n").map(String.init) == expected)
  }
}
