/// Flashing through the chip's ROM bootloader, which is in sync. The bootloader computes no digests, so
/// everything is read back.
///
/// AN3155 has the laptop wait for each acknowledgement before it goes on: for the command, the address and the
/// data of a block. Nothing is sent before an acknowledgement, although many chips would accept it, because no
/// document says what the ROM does with bytes that arrive while it programs. A block therefore costs three
/// times the adapter's latency in each direction.
struct ROMPath: FlashPath {
  let rom: ROMClient
  let eraseTime: STM32Chip.EraseTime

  func unchanged(in plan: FlashPlan) throws(FlashError) -> Set<Int> { [] }

  func write(_ plan: FlashPlan, journal: any FlashJournal, watch: FlashWatch) throws(FlashError) {
    let kept = journal.acknowledged
    let sectors = plan.sectors.filter { kept[$0] == nil }
    for (index, number) in sectors.enumerated() {
      let step = FlashStep.erasing(sector: index + 1, of: sectors.count)
      try watch.begin(step)
      journal.forget(sector: number)
      try during(step) { () throws(ROMClient.Failure) in
        try rom.persist(thoroughly: true) { () throws(ROMClient.Failure) in
          try rom.erase(
            sector: number, within: eraseTime.longest(sectorBytes: plan.chip.sectors[number].bytes))
        }
      }
      journal.acknowledge(sector: number, bytes: 0)
    }

    let total = plan.byteCount
    var done = 0
    try watch.begin(.writing(bytes: 0, of: total))
    for part in plan.parts {
      let known = plan.known(of: part, acknowledged: kept[part.sector])
      let isBoot = plan.isBootBlock(part)
      for range in plan.blocks(of: part, size: ROMClient.blockBytes) {
        if range.upperBound > known {
          let block = Array(part.bytes[range])
          // An erased block consists of ones already.
          if block.contains(where: { $0 != 0xff }) {
            try during(.writing(bytes: done, of: total)) { () throws(ROMClient.Failure) in
              try writeSurely(part.address &+ UInt32(range.lowerBound), block)
            }
          }
          if !isBoot { journal.acknowledge(sector: part.sector, bytes: range.upperBound) }
        }
        done += range.count
        try watch.begin(.writing(bytes: done, of: total))
      }
      if isBoot { journal.acknowledge(sector: part.sector, bytes: part.bytes.count) }
    }
  }

  func prove(_ plan: FlashPlan, watch: FlashWatch) throws(FlashError) -> FlashProof {
    let total = plan.byteCount
    var done = 0
    try watch.begin(.verifying(bytes: 0, of: total))
    // A boot block, which is written last, is compared first, because the program that it starts would protect
    // it as it is.
    for part in plan.parts.reversed() {
      for start in stride(from: 0, to: part.bytes.count, by: ROMClient.blockBytes) {
        let wanted = part.bytes[start..<min(start + ROMClient.blockBytes, part.bytes.count)]
        let address = part.address &+ UInt32(start)
        var path = self
        let offset = try path.difference(from: wanted, at: address, during: .verifying(bytes: done, of: total))
        if let offset { throw .verification(address: address &+ UInt32(offset)) }
        done += wanted.count
        try watch.begin(.verifying(bytes: done, of: total))
      }
    }
    return .read
  }

  func read(_ address: UInt32, count: Int, during step: FlashStep) throws(FlashError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let (place, rest) = (address &+ UInt32(bytes.count), min(ROMClient.blockBytes, count - bytes.count))
      bytes += try during(step) { () throws(ROMClient.Failure) in
        try rom.persist { () throws(ROMClient.Failure) in try rom.read(place, count: rest) }
      }
    }
    return bytes
  }

  /// - Throws: `.link(.timeout)` where the chip has left its bootloader without an acknowledgement that
  ///   arrived; the started program will show it.
  func start(_ address: UInt32) throws(FlashError) {
    let isGone = try during(.starting) { () throws(ROMClient.Failure) in try rom.leave(for: address) }
    if !isGone { throw .link(.timeout, during: .starting) }
  }

  /// Writes a block. After a lost acknowledgement the block is read before it is sent again, since some chips
  /// refuse to program the same bytes twice.
  private func writeSurely(_ address: UInt32, _ block: [UInt8]) throws(ROMClient.Failure) {
    var isRepeated = false
    try rom.persist { () throws(ROMClient.Failure) in
      if isRepeated, try rom.read(address, count: block.count) == block { return }
      isRepeated = true
      try rom.write(address, block)
    }
  }
}
