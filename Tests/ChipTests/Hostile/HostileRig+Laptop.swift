import ModuleCore
import Testing

@testable import Chip

/// The laptop that has the key. It updates the module step by step, whatever is said in between.
extension HostileRig {
  /// Takes the next step of the update: authority, piece, mark, reset.
  func goOn() throws {
    if talk.laptop.isMarked {
      try reset(.application)
    } else if !talk.laptop.hasAuthority {
      try authorizeUpdate()
    } else if talk.laptop.offset < update.count {
      try sendPiece()
    } else {
      try markUpdate()
    }
  }

  func challenge() throws -> [UInt8]? { try ask(.challenge)?[ModuleField.challenge]?.byteString }

  func authorizeUpdate() throws {
    guard let challenge = try challenge() else { return }
    talk.updateProofs += 1
    let held = talk.mayHold
    (talk.mayHold, talk.mayRun) = (true, true)
    let fields = rig.authority(for: update, key: Self.key, challenge: challenge)
    let command = ModuleCommand.authorize
    let reply = try askRecorded(command.operation, SMPGroup.module, command.rawValue, fields)
    guard let reply, refusal(reply) == nil else { return }
    talk.laptop.hasAuthority = true
    // The module does not count an authority that it holds already.
    if !held { talk.updateCounts += 1 }
    countAuthority()
  }

  func authorizeBootloader() throws {
    guard let challenge = try challenge() else { return }
    talk.entryProofs += 1
    talk.mayEnter = true
    let fields = rig.bootloaderAuthority(key: Self.key, challenge: challenge)
    let command = ModuleCommand.authorize
    let reply = try askRecorded(command.operation, SMPGroup.module, command.rawValue, fields)
    guard let reply, refusal(reply) == nil else { return }
    talk.entryCounts += 1
    // There is one authority at a time.
    (talk.mayHold, talk.laptop.hasAuthority) = (false, false)
    countAuthority()
  }

  func sendPiece() throws {
    let fields = piece(of: update, at: talk.laptop.offset, digest: SHA256.digest(update))
    let reply = try askRecorded(.write, SMPGroup.image, ImageCommand.upload.rawValue, fields)
    guard let reply else { return }
    if refusal(reply) == ManagementError.accessDenied { talk.laptop.hasAuthority = false }
    guard let next = reply[ModuleField.offset]?.unsigned else {
      talk.laptop.offset = 0
      return
    }
    talk.laptop.offset = reply[ModuleField.match]?.boolean == false ? 0 : min(Int(next), update.count)
  }

  func markUpdate() throws {
    let fields = mark(of: update)
    let reply = try askRecorded(.write, SMPGroup.image, ImageCommand.state.rawValue, fields)
    guard let reply else { return }
    if refusal(reply) == ManagementError.accessDenied {
      talk.laptop.hasAuthority = false
    } else if refusal(reply) != nil {
      talk.laptop.offset = 0
    }
    talk.laptop.isMarked = refusal(reply) == nil
  }

  // MARK: - Requests that anybody can make

  func piece(of file: [UInt8], at offset: Int, digest: [UInt8]?) -> CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put(ModuleField.offset, unsigned: UInt64(offset))
    if offset == 0 {
      fields.put(ModuleField.length, unsigned: UInt64(file.count))
      if let digest { fields.put(ModuleField.imageDigest, bytes: digest) }
    }
    fields.put(ModuleField.data, bytes: Array(file[offset..<min(offset + Self.pieceBytes, file.count)]))
    return fields
  }

  func mark(of file: [UInt8]) -> CBORMapWriter {
    var fields = CBORMapWriter()
    fields.put(ModuleField.hash, bytes: Array(file.suffix(32)))
    return fields
  }

  /// Asks for a reset, and waits for the module where it obeys.
  func reset(_ mode: ModuleReset) throws {
    var fields = CBORMapWriter()
    if mode != .application { fields.put(ModuleField.bootMode, unsigned: UInt64(mode.rawValue)) }
    let command = OperatingSystemCommand.reset.rawValue
    guard let reply = try ask(SMPGroup.operatingSystem, command, fields), refusal(reply) == nil else { return }
    // An authority ends with a reset.
    talk.mayHold = false
    if mode == .bootloader, !talk.mayEnter { talk.hasServed = true }
    if mode == .application { talk.mayEnter = false }
    (talk.laptop.hasAuthority, talk.laptop.isMarked) = (false, false)
    for _ in 0..<16 where rig.chip.state == .running && !rig.chip.isCut {
      rig.wait(milliseconds: 600)
      guard rig.chip.state == .running, !runsForeign else { break }
      if try ask(.identity) != nil { return }
    }
    talk.isOver = true
  }
}
