internal import Cryptography
internal import ModuleCore
internal import Records

extension Flasher {
  // MARK: - Finding the module

  enum Found {
    /// The bootloader is in sync at this baud rate, bits a second.
    case bootloader(baudRate: Int)
    case nothing
    case firmware(ModuleIdentity)
  }

  /// Finds who answers on the wire. A flashing program that an earlier run left in the chip is told to reset the
  /// chip first. A bootloader that is in the middle of a command is freed last, because that takes bytes by the
  /// thousand, which wait in the port's buffer while nobody else can be asked.
  ///
  /// - Parameter baudRates: baud rates at which the bootloader may be, bits a second, the likeliest first; at
  ///   least one.
  func findModule(baudRates: [Int], profile: BoardProfile? = nil) throws(FlashError) -> Found {
    if let found = try findListening(baudRates: baudRates) { return found }
    if try dismissLoader(baudRates: baudRates), let found = try findListening(baudRates: baudRates) {
      return found
    }
    if let profile, profile.reset != nil, let lines = link as? any ModemLines {
      let rom = try romClient(baudRates[0], during: .enteringBootloader)
      do throws(LinkError) {
        try profile.enterBootloader(lines) { (time) throws(LinkError) in
          do throws(LinkError) {
            _ = try link.read(upTo: 1, deadline: now() + time)
          } catch .timeout {
            return
          }
        }
      } catch {
        throw .link(error, during: .enteringBootloader)
      }
      if try isThere(rom, during: .enteringBootloader) { return .bootloader(baudRate: baudRates[0]) }
    }
    for (index, baudRate) in baudRates.enumerated() {
      let again = try romClient(baudRate, during: .connecting)
      let isFree = try during(.connecting) { () throws(ROMClient.Failure) in
        try again.recover(thoroughly: index == baudRates.count - 1)
      }
      if isFree { return .bootloader(baudRate: baudRate) }
    }
    return .nothing
  }

  /// Finds a bootloader that is between two commands, or a firmware; nil where neither answers. The bootloader is
  /// looked for first: it measures its speed at the first byte it sees and would be deaf after one of the
  /// firmware's frames, while the firmware drops a stray 0x7F.
  private func findListening(baudRates: [Int]) throws(FlashError) -> Found? {
    for baudRate in baudRates {
      let rom = try romClient(baudRate, during: .connecting)
      if try during(.connecting, { () throws(ROMClient.Failure) in try rom.probe(within: .milliseconds(100)) })
      {
        return .bootloader(baudRate: baudRate)
      }
    }
    do throws(LinkError) { try link.setFraming(.firmware) } catch { throw .link(error, during: .connecting) }
    do throws(ProvisionError) {
      return .firmware(try SMPClient(link: link, now: now).identity())
    } catch {
      switch error {
      case .link(.timeout, _), .unusableReply: break
      case .link(let failure, _): throw .link(failure, during: .connecting)
      default: throw .firmware(error)
      }
    }
    return nil
  }

  /// Makes the running firmware enter the bootloader. A paired module is given the authority first. The request
  /// is sent at most four times, besides those that are refused for lack of an authority, until the bootloader
  /// answers, because the request or its reply may be lost on the wire.
  /// - Parameter aim: what the bootloader is entered for.
  /// - Returns: the authority by which a paired module obeyed; nil where the module needs none.
  func enterBootloader(
    baudRate: Int, from running: ModuleIdentity, for aim: FlashPermission.Aim, watch: FlashWatch
  ) throws(FlashError) -> FlashAuthority? {
    do throws(LinkError) { try link.setFraming(.firmware) } catch {
      throw .link(error, during: .enteringBootloader)
    }
    let client = SMPClient(link: link, now: now)
    var permission: FlashPermission?
    if running.asksForAuthority {
      permission = FlashPermission(
        authority, for: .bootloader, aim, of: running, client: client, watch: watch)
      try permission?.obtain()
    }
    watch.onEvent(.enteringBootloader)
    var attempt = 1
    while attempt <= Self.resetTries {
      var wasHeard = false
      do throws(LinkError) { try link.setFraming(.firmware) } catch {
        throw .link(error, during: .enteringBootloader)
      }
      do throws(ProvisionError) {
        try client.reset(.bootloader)
        wasHeard = true
      } catch {
        switch error {
        // The module may have reset before its reply was sent; the bootloader's answer shows it.
        case .link(.timeout, _), .unusableReply: break
        case .link(let failure, _): throw .link(failure, during: .enteringBootloader)
        default:
          guard permission != nil, error.isAccessDenied else { throw .firmware(error) }
          try permission?.renew()
          continue
        }
      }
      let rom = try romClient(baudRate, during: .enteringBootloader)
      let time = wasHeard || attempt == Self.resetTries ? Duration.seconds(5) : .seconds(1)
      if try isThere(rom, during: .enteringBootloader, within: time) { return permission?.record }
      if wasHeard { break }
      attempt += 1
    }
    throw .bootloaderSilent
  }

  func isThere(
    _ rom: ROMClient, during step: FlashStep, within time: Duration = .seconds(5)
  ) throws(FlashError) -> Bool {
    let deadline = now() + time
    repeat {
      let answers = try during(step) { () throws(ROMClient.Failure) in
        try rom.probe(within: .milliseconds(150))
      }
      if answers { return true }
    } while now() < deadline
    return false
  }

  /// Restarts the chip, where its boot block brings the bootloader back for want of a whole firmware. Only a
  /// boot block that is protected from writing is relied on, because a firmware that it started has protected
  /// it.
  /// - Parameter known: the chip, where it was identified before the line became too bad; nil to ask the chip.
  /// - Throws: an error where the bootloader does not come back; switching the chip off and on helps then.
  func restartBootloader(_ rom: ROMClient, known: ChipModel?, baudRate: Int) throws(FlashError) -> ROMClient {
    let found = if let known { known } else { try answering(rom) }
    guard let chip = found, let protection = chip.stm32?.writeProtection else { throw .bootloaderSilent }
    let bytes = try during(.connecting) { () throws(ROMClient.Failure) in
      try rom.persist { () throws(ROMClient.Failure) in
        try rom.read(protection.address, count: protection.byteCount)
      }
    }
    guard protection.sectors(in: bytes).isSuperset(of: chip.bootSectors) else { throw .bootloaderSilent }
    try during(.connecting) { () throws(ROMClient.Failure) in
      try rom.persist { () throws(ROMClient.Failure) in try rom.go(chip.startAddress) }
    }
    let slower = try romClient(baudRate, during: .connecting)
    guard try isThere(slower, during: .connecting) else { throw .bootloaderSilent }
    return slower
  }

  /// The chip in the table whose ROM bootloader answers; nil for a chip that is not in the table.
  private func answering(_ rom: ROMClient) throws(FlashError) -> ChipModel? {
    let id = try during(.connecting) { () throws(ROMClient.Failure) in try rom.persist(rom.productID) }
    return stm32(id)
  }

  /// The STM32 in the table that answers with this product id. An id in Espressif's image headers may be the same number.
  private func stm32(_ productID: UInt16) -> ChipModel? {
    chips.first { $0.stm32 != nil && $0.productID == productID }
  }

  func romClient(_ baudRate: Int, during step: FlashStep) throws(FlashError) -> ROMClient {
    let framing = LinkFraming(baudRate: baudRate, parity: LinkFraming.bootloader.parity)
    do throws(LinkError) { try link.setFraming(framing) } catch { throw .link(error, during: step) }
    return ROMClient(link: link, baudRate: baudRate, now: now)
  }

  // MARK: - Which chip

  /// Finds the chip, its unique id in lower-case hex, and whether everything was erased because the chip was
  /// protected from reading. An answer that would stop the work counts only where the chip gives it twice.
  /// - Parameter wanted: product id of the chip that the image is for; nil where any known chip will do.
  func identify(
    _ rom: ROMClient, wanted: UInt16?, options: Options, watch: FlashWatch
  ) throws(FlashError) -> (model: ChipModel, chip: STM32Chip, id: String, isErased: Bool) {
    let (model, chip) = try chip(rom, wanted: wanted)
    do throws(ROMClient.Failure) {
      return (model, chip, try uniqueID(rom, chip), false)
    } catch .denied(ROMClient.Command.read) {
      guard options.erasesKey else { throw .readProtected }
    } catch {
      throw error.flashError(during: .identifying)
    }
    try watch.begin(.unprotecting)
    try unprotect(rom, model, chip)
    guard try isThere(rom, during: .unprotecting) else { throw .unprotectedSilent }
    try liftWriteProtection(rom, chip)
    let id = try during(.identifying) { () throws(ROMClient.Failure) in try uniqueID(rom, chip) }
    return (model, chip, id, true)
  }

  /// Lifts read protection. A refused command is sent again, because a byte may have been damaged on the wire.
  /// A missing answer is no error, because the chip may have reset; the reading that follows shows whether it
  /// is protected.
  private func unprotect(_ rom: ROMClient, _ model: ChipModel, _ chip: STM32Chip) throws(FlashError) {
    let time = chip.eraseTime.longest(flashBytes: model.flashBytes)
    for attempt in 1...Self.resetTries {
      do throws(ROMClient.Failure) {
        return try rom.unprotectFromReading(within: time)
      } catch {
        if case .link(.timeout) = error { return }
        guard error.isRefusal, attempt < Self.resetTries else { throw error.flashError(during: .unprotecting) }
      }
    }
  }

  /// The chip's unique id, lower-case hex. On a line that has damaged something already, the id is read until
  /// two readings agree.
  private func uniqueID(_ rom: ROMClient, _ chip: STM32Chip) throws(ROMClient.Failure) -> String {
    let read = { () throws(ROMClient.Failure) in
      try rom.read(chip.uniqueIDAddress, count: STM32Chip.uniqueIDBytes)
    }
    return Hex.encode(rom.faults.count > 0 ? try rom.agreed(read) : try rom.persist(read))
  }

  private func chip(_ rom: ROMClient, wanted: UInt16?) throws(FlashError) -> (ChipModel, STM32Chip) {
    var answer = try describe(rom)
    if !isAsExpected(answer, wanted: wanted) {
      answer = try during(.identifying) { () throws(ROMClient.Failure) in
        // Answers that come one command late would agree with each other.
        _ = try rom.recover()
        return try rom.agreed(rom.description)
      }
    }
    for needed in Self.neededCommands where !answer.commands.contains(needed) { throw .commandMissing(needed) }
    if let model = stm32(answer.productID), let chip = model.stm32 { return (model, chip) }
    guard let name = STM32Names.byProductID[answer.productID] else {
      throw .unknownChip(productID: answer.productID)
    }
    throw .noRelease(chip: name)
  }

  private func describe(_ rom: ROMClient) throws(FlashError) -> ROMClient.Description {
    // A late answer to the search can leave both sides half a command apart, once.
    try during(.identifying) { () throws(ROMClient.Failure) in try rom.persist(rom.description) }
  }

  private func isAsExpected(_ answer: ROMClient.Description, wanted: UInt16?) -> Bool {
    Self.neededCommands.allSatisfy(answer.commands.contains)
      && stm32(answer.productID) != nil && wanted ?? answer.productID == answer.productID
  }

  private static let neededCommands: [UInt8] = [0x11, 0x21, 0x31, 0x44]
  private static let resetTries = 4
}

/// Runs commands of a bootloader as a part of `step`, which its errors then name.
func during<Value>(_ step: FlashStep, _ work: () throws(ROMClient.Failure) -> Value) throws(FlashError) -> Value
{
  do throws(ROMClient.Failure) { return try work() } catch { throw error.flashError(during: step) }
}

extension ROMClient.Failure {
  func flashError(during step: FlashStep) -> FlashError {
    switch self {
    case .link(let failure): .link(failure, during: step)
    case .denied, .refused: .refused(during: step)
    case .unexpected(let byte): .unexpected(byte, during: step)
    }
  }
}

extension FlashError {
  /// The step in which bytes went missing or came out wrong; nil for everything else.
  var stepOfTheWire: FlashStep? {
    switch self {
    case .link(.timeout, let step), .refused(let step), .unexpected(_, let step): step
    case .espressif(let status, let step): status.isOfTheWire ? step : nil
    default: nil
    }
  }

  var isOfTheWire: Bool { stepOfTheWire != nil }
}
