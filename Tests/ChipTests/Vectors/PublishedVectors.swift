import Cryptography
import Foundation
import Testing

/// The records of a file in `Tests/Fixtures/Vectors`: lines `Name = value`, a blank line after each record.
struct PublishedVectors {
  let records: [[String: String]]

  init(_ name: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures/Vectors")
    let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    records = text.split(separator: "\n\n").compactMap { block in
      var record: [String: String] = [:]
      for line in block.split(separator: "\n") where !line.hasPrefix("#") && !line.hasPrefix("[") {
        let sides = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        if let name = sides.first { record[name] = sides.count > 1 ? sides[1] : "" }
      }
      return record.isEmpty ? nil : record
    }
  }

  /// NIST's messages and digests; a message of no bits is written `00`.
  static func digests(_ name: String) throws -> [(message: [UInt8], digest: [UInt8])] {
    try PublishedVectors(name).records.map { record in
      let bits = try #require(record["Len"].flatMap { Int($0) })
      return (Array(try record.bytes("Msg").prefix(bits / 8)), try record.bytes("MD"))
    }
  }

  /// The keys, messages and authentication codes of a file.
  static func codes(_ name: String) throws -> [(key: [UInt8], message: [UInt8], code: [UInt8])] {
    try PublishedVectors(name).records.filter { $0["Key"] != nil }.map {
      (try $0.bytes("Key"), try $0.bytes("Msg"), try $0.bytes("MD"))
    }
  }

  /// Runs NIST's Monte Carlo test. Each checkpoint is the last of 1,000 digests, each computed over the three
  /// digests before it.
  /// - Parameter count: number of checkpoints, from the first.
  static func followMonteCarlo(checkpoints count: Int, digest: ([UInt8]) throws -> [UInt8]) throws {
    let records = try PublishedVectors("SHA256Monte.rsp").records
    var seed = try #require(records.first).bytes("Seed")
    let checkpoints = records.filter { $0["COUNT"] != nil }
    #expect(checkpoints.count == 100)
    for checkpoint in checkpoints.prefix(count) {
      var last = [seed, seed, seed]
      for _ in 0..<1_000 { last = [last[1], last[2], try digest(last[0] + last[1] + last[2])] }
      seed = last[2]
      #expect(try seed == checkpoint.bytes("MD"), "checkpoint \(checkpoint["COUNT"] ?? "")")
    }
  }
}

extension [String: String] {
  func bytes(_ name: String) throws -> [UInt8] {
    try #require(self[name].flatMap { Hex.decode($0) }, "\(name) of \(self)")
  }
}
