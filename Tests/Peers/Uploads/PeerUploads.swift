import Foundation
import Records
import TestSupport
import Testing

extension InstalledProgram {
  /// The Python of the virtual environment in which PyPI's programs are.
  static let peersPython = InstalledProgram(
    "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/.build/peers/bin/python")
}

/// The programs of others that take uploads by tus.
enum UploadServer: String, CaseIterable, CustomTestStringConvertible {
  /// PyPI's tuspyserver, which keeps each upload as a file with its facts beside it.
  case tuspyserver
  /// SeaweedFS's filer, which keeps the file at the address that the upload was begun at.
  case seaweed

  var testDescription: String { rawValue }

  var isInstalled: Bool {
    switch self {
    case .tuspyserver:
      InstalledProgram.peersPython.isInstalled
        && (try? InstalledProgram.peersPython.run(["-c", "import tuspyserver, uvicorn"]).status) == 0
    case .seaweed: InstalledProgram.seaweed.isInstalled
    }
  }

  static let areInstalled = allCases.allSatisfy(\.isInstalled)
}

/// A server of uploads behind a proxy that can cut its requests.
final class PeerUploads {
  private static let script = URL(filePath: #filePath).deletingLastPathComponent().path + "/tus-server"

  private let server: UploadServer
  private let folder = TemporaryFolder(isInMemory: true)
  private let running: RunningProgram?
  private let serverPort: UInt16
  let proxy: CuttingProxy

  init(_ server: UploadServer) throws {
    self.server = server
    switch server {
    case .tuspyserver:
      let running = try InstalledProgram.peersPython.start([Self.script, folder.file("uploads")])
      serverPort = UInt16(try #require(try running.firstLine()["port"] as? Int))
      self.running = running
    case .seaweed:
      serverPort = try SharedSeaweed.server.filerPort
      running = nil
    }
    proxy = try CuttingProxy(to: serverPort)
  }

  deinit { _ = running?.kill() }

  /// The platform's address for a file. SeaweedFS names a file by the address at which its upload was begun, so
  /// that each file has an address of its own.
  func address(of sha256: FileDigest) -> String {
    server == .seaweed ? "\(proxy.url)\(SeaweedServer.uploadsPath)/\(sha256)" : proxy.url
  }

  /// The SHA-256 of each whole file that the server has under this digest, computed by another program.
  func held(_ sha256: FileDigest) throws -> [String] {
    let files: [String]
    switch server {
    case .tuspyserver: files = try uploads(of: sha256)
    case .seaweed:
      let copy = folder.file("copy")
      let outcome = try InstalledProgram("curl").run([
        "-sS", "--fail", "-o", copy, "http://127.0.0.1:\(serverPort)/\(sha256)/v1/files",
      ])
      // curl makes no file of an answer without a body.
      if outcome.status == 0, !FileManager.default.fileExists(atPath: copy) { try folder.write("copy", "") }
      files = outcome.status == 0 ? [copy] : []
    }
    defer { if server == .seaweed { unlink(folder.file("copy")) } }
    return try files.map { String(try InstalledProgram("sha256sum").output([$0]).prefix(64)) }
  }

  /// The files under this digest that tuspyserver counts as whole.
  private func uploads(of sha256: FileDigest) throws -> [String] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("uploads"))
    return try names.filter { $0.hasSuffix(".info") }.compactMap { name in
      let facts = try #require(
        try JSONSerialization.jsonObject(with: folder.bytes("uploads/\(name)")) as? [String: Any])
      let metadata = try #require(facts["metadata"] as? [String: String])
      guard metadata["sha256"] == sha256.hex, facts["offset"] as? Int == facts["size"] as? Int else {
        return nil
      }
      return folder.file("uploads/\(name.dropLast(5))")
    }
  }
}
