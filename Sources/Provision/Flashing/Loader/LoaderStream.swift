internal import CLZ4

/// The compressed blocks of a plan, in the order in which they are sent.
struct LoaderStream {
  struct Block {
    let sector: Int
    /// Number of bytes of the sector's part that are in flash once this block is written.
    let partBytes: Int
    /// Number of bytes of the whole that are in flash for good once this block is written.
    let through: Int
    /// Number of bytes of the plan that are done once this block is written.
    let done: Int
    /// The body of the block's frame.
    let body: [UInt8]
  }

  let blocks: [Block]
  /// Number of bytes of the plan.
  let byteCount: Int
  /// Number of bytes of the whole, which the digest covers.
  let total: Int

  /// - Parameters:
  ///   - whole: the plan including the sectors that hold their bytes already.
  ///   - kept: number of bytes of parts that were acknowledged in an earlier run.
  init(_ plan: FlashPlan, of whole: FlashPlan, kept: [Int: Int], blockBytes: Int) {
    var ends: [Int] = []
    var offset = 0
    for part in whole.parts {
      offset += part.bytes.count
      ends.append(offset)
    }
    var blocks: [Block] = []
    var done = 0
    for part in plan.parts {
      guard let index = whole.parts.firstIndex(of: part) else { continue }
      let begin = ends[index] - part.bytes.count
      let known = plan.known(of: part, acknowledged: kept[part.sector])
      let isBoot = plan.isBootBlock(part)
      let ranges = plan.blocks(of: part, size: blockBytes)
      for (number, range) in ranges.enumerated() {
        // The number of bytes of the part that are in flash for good with this block. In a boot block, none are
        // before its last block.
        let end = !isBoot ? range.upperBound : number == ranges.count - 1 ? part.bytes.count : 0
        let bytes = Array(part.bytes[range])
        // The first block of a sector also confirms the end of the sector before. Other blocks are omitted
        // where their bytes are in flash already or are those of an erased sector.
        if number > 0, range.upperBound <= known || bytes.allSatisfy({ $0 == 0xff }) {
          if let last = blocks.popLast() {
            blocks.append(last.reaching(partBytes: end, through: begin + end, done: done + end))
          }
          continue
        }
        let (packing, payload) = Self.pack(bytes)
        let body =
          LoaderFrame.word(part.address + UInt32(range.lowerBound)) + LoaderFrame.word(UInt32(begin + end))
          + LoaderFrame.half(UInt16(bytes.count)) + [packing, 0] + payload
        blocks.append(
          Block(sector: part.sector, partBytes: end, through: begin + end, done: done + end, body: body))
      }
      done += part.bytes.count
      // Unchanged parts behind this one are done together with it.
      var next = index + 1
      while next < whole.parts.count, !plan.parts.contains(whole.parts[next]) { next += 1 }
      if let last = blocks.popLast() {
        blocks.append(last.reaching(partBytes: last.partBytes, through: ends[next - 1], done: done))
      }
    }
    self.blocks = blocks
    byteCount = done
    total = offset
  }

  /// Compresses bytes as an LZ4 block, or stores them where compression would enlarge them.
  static func pack(_ bytes: [UInt8]) -> (packing: UInt8, payload: [UInt8]) {
    var packed = [UInt8](repeating: 0, count: bytes.count)
    let count = bytes.withUnsafeBytes { source in
      packed.withUnsafeMutableBytes { target in
        // LZ4_compress_HC returns 0 where the result does not fit:
        // https://github.com/lz4/lz4/blob/v1.9.4/lib/lz4hc.h
        LZ4_compress_HC(
          source.bindMemory(to: CChar.self).baseAddress, target.bindMemory(to: CChar.self).baseAddress,
          Int32(source.count), Int32(target.count), LZ4HC_CLEVEL_MAX)
      }
    }
    return count > 0 && Int(count) < bytes.count ? (1, Array(packed.prefix(Int(count)))) : (0, bytes)
  }
}

extension LoaderStream.Block {
  /// A copy of the block with larger counts, for a block whose successors are omitted.
  fileprivate func reaching(partBytes: Int, through: Int, done: Int) -> LoaderStream.Block {
    LoaderStream.Block(
      sector: sector, partBytes: partBytes, through: through, done: done,
      body: Array(body[..<4]) + LoaderFrame.word(UInt32(through)) + Array(body[8...]))
  }
}
