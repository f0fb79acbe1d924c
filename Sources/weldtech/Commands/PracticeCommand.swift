import Arguments
import Bench
import Cryptography
import FoundationEssentials
import Records
import Terminal

/// `practice`: the whole walk against a simulated module and a local platform, in a folder of its own. Each step
/// is the command that a technician would type, run as it is.
enum PracticeCommand {
  struct Options { var folder = "weldtech-practice" }

  static var command: Command<Workplace> {
    Command(
      "practice",
      Text(zh: "在模拟模块和本地平台上练习整个流程", en: "the whole walk on a simulated module and a local platform"),
      discussion: Text(
        zh: "不碰真实记录：所有东西都在练习文件夹里，每次练习重新开始。",
        en: "Touches no real record: everything is in the practice folder, which each run begins anew."),
      options: Options(),
      parameters: { $0.option("folder", \.folder, .directory, Text(zh: "练习文件夹", en: "the practice folder")) },
      run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let folder = try PracticeFolder(path: options.folder)
    let platform = try BenchCommand.localPlatform(
      listen: "127.0.0.1:0", folder: folder.path + "/platform", token: nil)
    let url = try platform.start()
    defer { platform.stop() }
    // The sample's welder is a three-phase one.
    let bench = BenchCommand.moduleBench(
      try BenchCommand.configuration(BenchCommand.ModuleOptions(), world: .threePhase, workplace))
    let port = try bench.runInBackground()
    defer { bench.stop() }
    let session = PracticeSession(workplace: workplace, folder: folder, port: port, platform: url)
    try session.walk()
    return try session.report(platform).rawValue
  }
}

/// Where a practice keeps everything. Only a folder that a practice has made is ever emptied.
struct PracticeFolder {
  let path: String
  /// As it was named, from the folder that the program runs in.
  private let typed: String

  private static let marker = ".weldtech-practice"

  init(path: String) throws {
    let manager = FileManager.default
    let absolute = absolutePath(path)
    if manager.fileExists(atPath: absolute) {
      guard manager.fileExists(atPath: "\(absolute)/\(Self.marker)") else {
        throw PracticeFolderTaken(path: absolute)
      }
      try manager.removeItem(atPath: absolute)
    }
    do {
      try manager.createDirectory(atPath: absolute + "/input", withIntermediateDirectories: true)
      try Data().write(to: URL(filePath: "\(absolute)/\(Self.marker)"))
    } catch {
      throw FileTrouble.unwritable(path: absolute, errno: 0)
    }
    self.path = absolute
    typed = path
  }

  var home: String { path + "/home" }
  var typedHome: String { typed + "/home" }
  func input(_ name: String) -> String { "\(path)/input/\(name)" }
}

struct PracticeFolderTaken: Error {
  let path: String
}

extension PracticeFolderTaken: Explained {
  var failure: Failure {
    Failure(
      code: "practice.folder",
      message: Text(zh: "\(path) 已存在，而且不是练习文件夹", en: "\(path) exists and is not a practice folder"),
      hint: Text(zh: "用 --folder 指定别的文件夹", en: "name another one by --folder"), exit: .usage)
  }
}
