internal import Cryptography
internal import ModuleCore

/// Flashing through the program in the chip's RAM. Compressed blocks are sent without waiting at the line's
/// highest baud rate and verified by the SHA-256 that the chip computes over its flash.
struct LoaderPath: FlashPath {
  /// Bytes of a block before compression.
  private static let blockBytes = 2048
  /// Maximum time without progress in the answers while the chip works: the slowest erasure takes 4 s (DS8626).
  private static let standstill = Duration.seconds(10)
  /// Number of bytes of a sector's part that are hashed first; where they differ, the rest need not be hashed.
  private static let sampleBytes = 1024

  private var client: LoaderClient
  private let rom: ROMClient
  private let baudRates: any BaudRateMemory
  private let now: () -> ContinuousClock.Instant
  /// The plan that was passed to `unchanged`; the digest at the end covers all of it.
  private var whole: FlashPlan?
  private var unchanged: Set<Int> = []
  private let startedBlank: Bool
  /// Whether the chip hashes `whole` while it writes.
  private var isHashing = false

  // MARK: - Getting there

  /// The reason why the program in RAM cannot be used on this chip at present.
  enum Obstacle: Error {
    /// The chip's bootloader refused and still listens.
    case refused
    /// The chip has left its bootloader and stays silent until it resets itself.
    case silent
    case link(LinkError)
  }

  /// Sends the program through the ROM bootloader, starts it, and raises the line to its highest baud rate.
  init(
    _ loader: LoaderProgram, through rom: ROMClient, for plan: FlashPlan, baudRates: any BaudRateMemory
  ) throws(Obstacle) {
    self.rom = rom
    self.baudRates = baudRates
    now = rom.now
    startedBlank = !plan.bootParts.isEmpty
    client = LoaderClient(link: rom.link, baudRate: rom.baudRate, now: rom.now)
    let program = loader.image(baudRate: rom.baudRate, writable: Set(plan.sectors))
    do throws(ROMClient.Failure) {
      for start in stride(from: 0, to: program.count, by: ROMClient.blockBytes) {
        let block = Array(program[start..<min(start + ROMClient.blockBytes, program.count)])
        let address = loader.address + UInt32(start)
        // A ROM that refuses writing to its RAM does so at the first block; a damaged byte looks the same, but
        // only once.
        if start == 0,
          try rom.refuses(times: 3, { () throws(ROMClient.Failure) in try rom.write(address, block) })
        {
          throw .refused
        }
        try rom.persist { () throws(ROMClient.Failure) in try rom.write(address, block) }
      }
      // A chip that has left the ROM without an acknowledgement that arrived is met below.
      _ = try rom.leave(for: loader.address)
    } catch .link(let error) where error != .timeout {
      throw .link(error)
    } catch .refused, .denied {
      throw .refused
    } catch {
      // The ROM may still be running and out of step, or the chip has left it.
      throw .silent
    }
    do throws(LoaderClient.Failure) {
      guard try client.meet() else { throw .silent }
      try client.climb(to: baudRates.ceiling ?? .max)
      baudRates.note(held: client.baudRate)
    } catch .link(let error) where error != .timeout {
      throw .link(error)
    } catch {
      throw .silent
    }
  }

  // MARK: - FlashPath

  mutating func unchanged(in plan: FlashPlan) throws(FlashError) -> Set<Int> {
    whole = plan
    unchanged = []
    for part in plan.parts {
      let sample = Array(part.bytes.prefix(Self.sampleBytes))
      guard try digest([(part.address, sample.count)], of: .comparing) == SHA256Digest(of: sample).bytes else {
        continue
      }
      if try digest([(part.address, part.bytes.count)], of: .comparing) == SHA256Digest(of: part.bytes).bytes {
        unchanged.insert(part.sector)
      }
    }
    // A sector with several parts never counts as unchanged, because only some of its parts may be right.
    for part in plan.parts where unchanged.contains(part.sector) {
      let others = plan.parts.filter { $0.sector == part.sector && $0 != part }
      if !others.isEmpty { unchanged.remove(part.sector) }
    }
    return unchanged
  }

  mutating func write(_ plan: FlashPlan, journal: any FlashJournal, watch: FlashWatch) throws(FlashError) {
    guard !plan.parts.isEmpty else { return }
    let whole = whole ?? plan
    let kept = journal.acknowledged
    let erased = plan.sectors.filter { kept[$0] == nil }
    let stream = LoaderStream(plan, of: whole, kept: kept, blockBytes: Self.blockBytes)
    let step =
      erased.isEmpty
      ? FlashStep.writing(bytes: 0, of: plan.byteCount) : .erasing(sector: 1, of: erased.count)
    try watch.begin(step)
    for sector in erased { journal.forget(sector: sector) }
    let mask = erased.reduce(UInt32(0)) { $0 | 1 << UInt32($1) }
    try begin(.plan, LoaderFrame.word(mask), whole.ranges, during: step)
    isHashing = true
    var run = LoaderTransfer(stream: stream, erased: erased, journal: journal, watch: watch)
    try run.carry(over: &client, now: now)
    baudRates.note(held: client.baudRate)
  }

  mutating func prove(_ plan: FlashPlan, watch: FlashWatch) throws(FlashError) -> FlashProof {
    let step = FlashStep.verifying(bytes: 0, of: plan.byteCount)
    try watch.begin(step)
    let wanted = SHA256Digest(of: plan.parts.flatMap(\.bytes)).bytes
    let isWhole = plan.parts == whole?.parts
    let found: [UInt8]
    if isWhole, isHashing {
      found = try digestAtHand(during: step)
    } else {
      found = try digest(plan.ranges, of: step)
    }
    guard found == wanted else { throw .verification(address: try firstDifference(in: plan, during: step)) }
    try watch.begin(.verifying(bytes: plan.byteCount, of: plan.byteCount))
    return .digest
  }

  mutating func read(_ address: UInt32, count: Int, during step: FlashStep) throws(FlashError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let (place, rest) = (address &+ UInt32(bytes.count), min(1024, count - bytes.count))
      // The chip reads only whole words.
      let body = LoaderFrame.word(place) + LoaderFrame.word(UInt32((rest + 3) / 4 * 4))
      bytes += try during(step) { client throws(LoaderClient.Failure) in
        try client.request(.read, body, answerBytes: rest + 64).rest.prefix(rest)
      }
    }
    return bytes
  }

  mutating func start(_ address: UInt32) throws(FlashError) {
    do throws(LoaderClient.Failure) {
      _ = try client.request(.reset)
    } catch .silent {
      // The answer may be lost; whether the loader has ended is found out afterwards.
    } catch .link(let error) { throw .link(error, during: .starting) } catch {
      throw .refused(during: .starting)
    }
    guard startedBlank else { return }
    // A chip whose BOOT0 is still held returns to the ROM bootloader, which can start the program as well.
    do throws(LinkError) { try rom.link.setFraming(.bootloader) } catch {
      throw .link(error, during: .starting)
    }
    try Provision.during(.starting) { () throws(ROMClient.Failure) in
      if try rom.probe(within: .milliseconds(60)) { try rom.go(address) }
    }
  }

  // MARK: - Digests

  private mutating func digest(_ ranges: [(UInt32, Int)], of step: FlashStep) throws(FlashError) -> [UInt8] {
    isHashing = false
    try begin(.digest, LoaderFrame.word(0), ranges, during: step)
    return try digestAtHand(during: step)
  }

  private mutating func begin(
    _ kind: LoaderFrame.Kind, _ front: [UInt8], _ ranges: [(UInt32, Int)], during step: FlashStep
  ) throws(FlashError) {
    let body = ranges.reduce(front) { $0 + LoaderFrame.word($1.0) + LoaderFrame.word(UInt32($1.1)) }
    _ = try during(step) { client throws(LoaderClient.Failure) in try client.request(kind, body) }
  }

  /// Waits for the digest that the chip is computing.
  private mutating func digestAtHand(during step: FlashStep) throws(FlashError) -> [UInt8] {
    let deadline = now() + Self.standstill
    while now() < deadline {
      let reply = try during(step) { client throws(LoaderClient.Failure) in try client.ask(.prove) }
      if reply.status == .done { return reply.rest }
      guard reply.status == .notYet else { throw .refused(during: step) }
    }
    throw .link(.timeout, during: step)
  }

  /// The first address at which the chip differs from the plan; the first address of the plan where a second
  /// search finds none.
  private mutating func firstDifference(in plan: FlashPlan, during step: FlashStep) throws(FlashError) -> UInt32
  {
    for part in plan.parts {
      for start in stride(from: 0, to: part.bytes.count, by: 1024) {
        let wanted = part.bytes[start..<min(start + 1024, part.bytes.count)]
        let found = try read(part.address + UInt32(start), count: wanted.count, during: step)
        if let offset = wanted.firstDifference(from: found) {
          return part.address + UInt32(start + offset)
        }
      }
    }
    return plan.parts.first?.address ?? 0
  }

  /// Runs requests as a part of `step`, and a second time at a lower baud rate where the line has become worse.
  private mutating func during<Value>(
    _ step: FlashStep, _ work: (inout LoaderClient) throws(LoaderClient.Failure) -> Value
  ) throws(FlashError) -> Value {
    do throws(LoaderClient.Failure) {
      do throws(LoaderClient.Failure) {
        return try work(&client)
      } catch .silent {
        try client.stepDown()
        return try work(&client)
      }
    } catch {
      throw error.error(during: step)
    }
  }
}

extension LoaderClient.Failure {
  func error(during step: FlashStep) -> FlashError {
    switch self {
    case .link(let error): .link(error, during: step)
    case .silent: .link(.timeout, during: step)
    case .refused: .refused(during: step)
    }
  }
}

extension FlashPlan {
  /// Places and lengths of all parts in their order, with touching ones joined.
  var ranges: [(UInt32, Int)] {
    var ranges: [(UInt32, Int)] = []
    for part in parts {
      if let last = ranges.last, last.0 + UInt32(last.1) == part.address {
        ranges[ranges.count - 1].1 += part.bytes.count
      } else {
        ranges.append((part.address, part.bytes.count))
      }
    }
    return ranges
  }
}
