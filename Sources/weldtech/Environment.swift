import Files
import FoundationEssentials
import Glibc
import Terminal

/// The environment of the program: its variables, and the path of its file.
struct Environment: Sendable {
  var variables: [String: String]
  /// The absolute path of the running program.
  var executable: String
  /// The word with which a shell in the current folder runs this program again: the word that was typed where
  /// it is a path, else `weldtech`.
  var typedProgram = "weldtech"

  /// The variables that hold paths and may therefore be any bytes.
  private static let pathVariables = ["HOME", "XDG_DATA_HOME", "WELDTECH_HOME", "WELDTECH_SHARE"]

  static func current(_ names: PathNames = .ofUser()) -> Environment {
    var variables = ProcessInfo.processInfo.environment
    for variable in pathVariables {
      guard let value = getenv(variable) else { continue }
      variables[variable] = names.name(of: Array(UnsafeRawBufferPointer(start: value, count: strlen(value))))
    }
    let link = FilePath("/proc/self/exe").linkTarget.map { names.name(of: $0.bytes) }
    var environment = Environment(
      variables: variables, executable: link ?? CommandLine.arguments.first ?? "")
    if let typed = CommandLine.arguments.first, typed.contains("/") { environment.typedProgram = typed }
    return environment
  }

  /// The variable's value; nil where it is unset or empty.
  subscript(name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }

  /// The path of another program; nil where it is not on the PATH.
  func program(_ name: String) -> String? {
    (self["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// The home where neither `--home` nor `WELDTECH_HOME` gives one: `weldtech` in the XDG data folder.
  var defaultHome: String {
    if let home = self["WELDTECH_HOME"] { return home }
    if let data = self["XDG_DATA_HOME"] { return data + "/weldtech" }
    return (self["HOME"] ?? "/var/lib") + "/.local/share/weldtech"
  }

  /// The folder that holds `label-templates`, `schemes`, `agreement-terms`, `firmware/releases`,
  /// `firmware/trust` and `firmware/development`: `WELDTECH_SHARE`, or else, in the nearest folder above the
  /// program that has it, `share/weldtech` or that folder itself, such as the checkout in which the program was
  /// built; nil where there is none.
  var shareFolder: String? {
    func holdsAssets(_ folder: String) -> Bool {
      FileManager.default.fileExists(atPath: folder + "/label-templates")
        && FileManager.default.fileExists(atPath: folder + "/schemes")
    }
    if let share = self["WELDTECH_SHARE"] { return holdsAssets(share) ? share : nil }
    var folder = executable
    while let slash = folder.lastIndex(of: "/") {
      folder = String(folder[..<slash])
      if holdsAssets(folder + "/share/weldtech") { return folder + "/share/weldtech" }
      if holdsAssets(folder) { return folder }
    }
    return nil
  }
}
