import Arguments
import Bench
import Cryptography
import Files
import Records
import Terminal

/// `practice`: takes the whole walk against a simulated module and a local platform, in a folder of its own.
/// Each step runs the same command that a technician would type.
enum PracticeCommand {
  struct Options {
    var folder = "weldtech-practice"
    var isDay = false
  }

  static var command: Command<Workplace> {
    Command(
      "practice",
      Text(zh: "在模拟模块和本地平台上练习整个流程", en: "the whole walk on a simulated module and a local platform"),
      discussion: Text(
        zh: "不碰真实记录：所有东西都在练习文件夹里，每次练习重新开始。",
        en: "Touches no real record: everything is in the practice folder, which each run begins anew."),
      options: Options(),
      parameters: { parameters in
        parameters.option(
          "folder", \.folder, .directory, Text(zh: "练习文件夹", en: "the practice folder"))
        parameters.flag(
          "day", \.isDay,
          Text(
            zh: "练习一整天：导入调研表，装五台，淘汰、拒装、检查、维修各一台，重印标牌，出统计表",
            en:
              "a whole day: a survey list in, five installed, one each retired, refused, inspected and repaired, a label reprinted, the form out"
          ))
      }, run: run)
  }

  static func run(_ options: Options, _ workplace: Workplace) throws -> Int32 {
    let folder = try PracticeFolder(path: options.folder)
    let clock = workplace.clock
    let authority = try TestAuthority(
      name: "weldtech practice", clock: { clock.now().secondsSince1970 })
    let platform = try BenchCommand.localPlatform(
      listen: "127.0.0.1:0", folder: folder.path + "/platform", token: nil, authority: authority)
    let url = try platform.start()
    defer { platform.stop() }
    if options.isDay {
      let day = PracticeDay(workplace: workplace, folder: folder, platform: url, authority: authority)
      try day.run()
      return try day.report(platform).rawValue
    }
    // The sample's welder is a three-phase one.
    let bench = BenchCommand.moduleBench(
      try BenchCommand.configuration(BenchCommand.ModuleOptions(), world: .threePhase, workplace))
    let port = try bench.runInBackground()
    defer { bench.stop() }
    let session = PracticeSession(
      workplace: workplace, folder: folder, port: port, platform: url, authority: authority)
    try session.walk()
    return try session.report(platform).rawValue
  }
}

/// The folder of a practice. Only a folder that a practice has made is ever emptied.
struct PracticeFolder {
  let path: String
  /// The path as it was typed, relative to the folder in which the program runs.
  private let typed: String

  private static let marker = ".weldtech-practice"

  init(path: String) throws {
    let absolute = absolutePath(path)
    let (folder, marker) = (FilePath(absolute), FilePath("\(absolute)/\(Self.marker)"))
    let isThere = (try? folder.status()) != nil
    if isThere, (try? marker.status()) == nil { throw PracticeFolderTaken(path: absolute) }
    do throws(FileError) {
      if isThere { try Folder.removeTree(folder) }
      try Folder.make(FilePath(absolute + "/input"), permissions: .withinUmask(0o777))
      try OpenFile(writing: marker, making: .withinUmask(0o644)).close()
    } catch {
      throw FileFailure.unwritable(path: absolute, errno: error.errno)
    }
    self.path = absolute
    typed = path
  }

  var home: String { path + "/home" }
  var typedHome: String { typed + "/home" }
  func input(_ name: String) -> String { "\(path)/input/\(name)" }
  /// The root by which the practice's seals and timestamps are checked.
  var root: String { input("root.pem") }
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
