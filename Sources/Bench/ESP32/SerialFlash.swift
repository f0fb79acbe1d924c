/// The times of a serial NOR flash, and of a ROM that hashes it.
public struct SerialFlashTimings: Hashable, Sendable {
  /// Time to program a page of 256 bytes.
  public var programPage: Duration
  /// Time to erase a sector of 4 KiB.
  public var eraseSector: Duration
  /// Time to erase a block of 64 KiB.
  public var eraseBlock: Duration
  /// Time to read one byte and add it to an MD5.
  public var hashByte: Duration

  public init(programPage: Duration, eraseSector: Duration, eraseBlock: Duration, hashByte: Duration) {
    self.programPage = programPage
    self.eraseSector = eraseSector
    self.eraseBlock = eraseBlock
    self.hashByte = hashByte
  }

  /// The typical times of Winbond's W25Q32JV (its data sheet, 9.6). A microsecond a byte for the hash is a guess, for
  /// a core that runs at its crystal's 40 MHz.
  public static let typical = SerialFlashTimings(
    programPage: .microseconds(400), eraseSector: .milliseconds(45), eraseBlock: .milliseconds(150),
    hashByte: .microseconds(1))

  /// Timings in which nothing takes any time.
  public static let instant = SerialFlashTimings(
    programPage: .zero, eraseSector: .zero, eraseBlock: .zero, hashByte: .zero)
}

extension FlashArray {
  static let serialSectorBytes = 4096
  private static let blockSectors = 16
  private static let pageBytes = 256

  /// Makes a blank serial flash of this size, 1 to 16 MiB, in sectors of 4 KiB from address 0.
  public static func serial(mebibytes: Int = 4) -> FlashArray {
    FlashArray(
      start: 0, sectorBytes: Array(repeating: serialSectorBytes, count: max(1, min(mebibytes, 16)) << 8))
  }

  /// Erases all sectors that these bytes lie in, whole blocks of 64 KiB at once as the ROM does.
  /// - Returns: the time that the erasure takes; nil where a sector cannot be erased.
  func eraseSerial(_ range: Range<Int>, _ timings: SerialFlashTimings) -> Duration? {
    var time = Duration.zero
    var sector = range.lowerBound / Self.serialSectorBytes
    let end = (range.upperBound + Self.serialSectorBytes - 1) / Self.serialSectorBytes
    while sector < end {
      let isBlock = sector % Self.blockSectors == 0 && end - sector >= Self.blockSectors
      let count = isBlock ? Self.blockSectors : 1
      for number in sector..<sector + count where !erase(sector: number) { return nil }
      time += isBlock ? timings.eraseBlock : timings.eraseSector
      sector += count
    }
    return time
  }

  /// Programs page by page and compares, as the ROM does after each block.
  /// - Returns: the time that the work takes; nil where the cells do not hold these bytes afterwards because
  ///   they were not erased.
  func programSerial(_ address: Int, _ bytes: [UInt8], _ timings: SerialFlashTimings) -> Duration? {
    var time = Duration.zero
    var done = 0
    while done < bytes.count {
      let place = address + done
      let count = min(Self.pageBytes - place % Self.pageBytes, bytes.count - done)
      guard program(UInt32(place), Array(bytes[done..<done + count])) else { return nil }
      time += timings.programPage
      done += count
    }
    return read(UInt32(address), count: bytes.count) == bytes ? time : nil
  }
}
