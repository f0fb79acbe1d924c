import Arguments
import Bench
import Cryptography
import FoundationEssentials
import Provision
import Records
import Terminal

/// `bench`: runs a simulated module or a local platform. Each prints one JSON line with its port or address,
/// and runs until it is stopped.
enum BenchCommand {
  /// The engine that executes the module's program.
  enum Engine: String, CaseIterable {
    /// The program's source, compiled into the bench.
    case core
    /// The flashed bytes, executed instruction by instruction.
    case unicorn
    /// The flashed bytes in QEMU, which has no ROM bootloader and no flash controller.
    case qemu
  }

  struct ModuleOptions {
    /// The chip by its short name.
    var chip = BenchModel.stm32(.stm32f405).shortName
    var engine = Engine.core
    var wireBaudRate: Int?
    var wireLatency: Int?
    var fault: ModuleBenchFault?
    var hasFirmware = false
    var world: String?
    var image: String?
    var manifest: String?

    /// The latency of the adapter in each direction, microseconds; 0 where the wire takes no time.
    var adapterLatency: Int { wireBaudRate == nil ? 0 : wireLatency ?? 1000 }
  }

  struct PlatformOptions {
    var listen = "127.0.0.1:0"
    var data: String?
    var token: String?
  }

  struct ModuleDocument: Encodable { var port: String }

  struct PlatformDocument: Encodable {
    var url: String
    var data: String
  }

  static var command: Command<Workplace> {
    Command("bench", Text(zh: "模拟模块和本地平台", en: "a simulated module, a local platform")) {
      [
        Command(
          "module", Text(zh: "在伪终端上模拟一个模块", en: "a simulated module on a pty"), options: ModuleOptions(),
          parameters: { parameters in
            parameters.option(
              "chip", \.chip, .choice(of: BenchModel.known.map(\.shortName)), placeholder: "NAME",
              Text(
                zh: "芯片；除 stm32f405 外只有芯片自带的下载程序，没有固件",
                en: "the chip; of others than stm32f405 there is the ROM loader and no firmware"))
            parameters.option(
              "engine", \.engine, .choice, placeholder: "NAME",
              Text(
                zh: "core 直接运行模块程序；unicorn 逐条执行芯片里的指令；qemu 在 qemu-system-arm 里启动同一固件，不能保存配对",
                en:
                  "core runs the module's program as it is; unicorn executes the chip's instructions; qemu boots the same firmware in qemu-system-arm, where no pairing can be kept"
              ))
            parameters.option(
              "wire-speed", \.wireBaudRate, .int(1_200...4_000_000), placeholder: "BAUD",
              Text(zh: "按真实线路的速度收发", en: "take a real wire's time"))
            parameters.option(
              "wire-latency", \.wireLatency, .int(0...100_000), placeholder: "MICROSECONDS",
              Text(
                zh: "与 --wire-speed 同用：适配器单程延迟，默认 1000",
                en: "with --wire-speed: the adapter's latency each way, 1000 unless told"))
            parameters.option(
              "fault", \.fault, .fault, placeholder: "SPEC",
              Text(
                zh:
                  "模拟故障：silence、pull、brownout 加 -after=N（第 N 个字节后）或 -during=W（W 为 erase、write、verify、pair、test）；每百万字节的 lost、flipped、doubled、noise（任一）、brownout，每百万次应答的 half（只到一半）、clipped（缺最后一个字节），或每百万段到达数据的 piece（翻转一位），写作 =SEED:PPM；可用逗号并列，如 noise=7:2000,pull-after=900",
                en:
                  "what goes wrong: silence, pull or brownout with -after=N (bytes from the laptop) or -during=W (erase, write, verify, pair or test); lost, flipped, doubled, noise (any of these) or brownout in a million bytes, half or clipped (its last byte missing) in a million answers, or piece (one bit flipped) in a million pieces that the laptop sends at once, as =SEED:PPM; several joined by commas, for example noise=7:2000,pull-after=900"
              ))
            parameters.option(
              "world", \.world, .file, placeholder: "F.json",
              Text(
                zh: "传感器看到的环境，如 {\"supplyVolts\": 400}",
                en: "what its sensors see, for example {\"supplyVolts\": 400}"))
            parameters.flag(
              "with-firmware", \.hasFirmware,
              Text(
                zh: "芯片里已有固件（qemu 总是如此）", en: "start with a firmware in the chip, as qemu always does"))
            parameters.firmware(image: \.image, manifest: \.manifest)
          }, run: module),
        Command(
          "platform", Text(zh: "在本机运行一个平台", en: "a platform on this machine"), options: PlatformOptions(),
          parameters: { parameters in
            parameters.option(
              "listen", \.listen, .string, placeholder: "ADDR:PORT",
              Text(zh: "监听地址，端口 0 表示任选", en: "where to listen; port 0 takes a free one"))
            parameters.option("data", \.data, .directory, Text(zh: "数据目录", en: "where it keeps its data"))
            parameters.option(
              "token", \.token, .file, Text(zh: "要求凭证：凭证文件", en: "ask for the token in this file"))
          }, run: platform),
      ]
    }
  }

  static func module(_ options: ModuleOptions, _ workplace: Workplace) throws -> Int32 {
    if options.image != nil, options.manifest == nil { throw UsageError.missing(option: "manifest") }
    if options.engine == .qemu, options.world != nil {
      throw UsageError.conflictingOptions("--world", "--engine qemu")
    }
    let world = try options.world.map { try self.world(at: $0, workplace) } ?? .singlePhase
    if let model = BenchModel(shortName: options.chip), model != .stm32(.stm32f405) {
      return try withoutFirmware(model, options, workplace)
    }
    if options.engine == .unicorn {
      try ChipLauncher.run(try order(options, world: world, workplace), environment: workplace.environment)
    }
    let configuration = try configuration(options, world: world, workplace)
    if options.engine == .qemu {
      return try serve(emulatedBench(configuration, environment: workplace.environment), workplace)
    }
    return try serve(moduleBench(configuration), workplace)
  }

  /// Serves a chip for which there is no firmware, so that only its ROM loader answers.
  private static func withoutFirmware(
    _ model: BenchModel, _ options: ModuleOptions, _ workplace: Workplace
  ) throws -> Int32 {
    guard options.engine == .core else { throw UsageError.conflictingOptions("--chip", "--engine") }
    if options.hasFirmware || options.manifest != nil { throw FlashError.noRelease(chip: model.name) }
    let uniqueID = try SecureRandom.bytes(12)
    switch model {
    case .stm32(let chip):
      var configuration = ModuleBench.Configuration(
        model: chip, wireBaudRate: options.wireBaudRate, fault: options.fault, uniqueID: uniqueID)
      configuration.adapterLatency = .microseconds(options.adapterLatency)
      return try serve(moduleBench(configuration), workplace)
    case .espressif(let chip):
      var configuration = ModuleBench.Configuration(
        wireBaudRate: options.wireBaudRate, fault: options.fault, flash: .serial(), uniqueID: uniqueID)
      configuration.adapterLatency = .microseconds(options.adapterLatency)
      return try serve(ModuleBench(chip, configuration, now: { ContinuousClock.now }), workplace)
    }
  }

  private static func serve(_ bench: ModuleBench, _ workplace: Workplace) throws -> Int32 {
    try announce(ModuleDocument(port: try bench.start()), workplace)
    // A pulled cable stays pulled: the port is gone until the bench is restarted.
    _ = bench.run(until: { workplace.isInterrupted })
    return ExitCode.done.rawValue
  }

  static func moduleBench(_ configuration: ModuleBench.Configuration) -> ModuleBench {
    ModuleBench(configuration, random: { try? SecureRandom.bytes($0) }, now: { ContinuousClock.now })
  }

  private static func world(at path: String, _ workplace: Workplace) throws -> World {
    let bytes = try workplace.read(path, atMost: 65_536)
    do {
      return try JSONReader.decode(World.self, from: bytes)
    } catch {
      throw WorldRejected(path: path, fault: error as? JSONFault, unknownField: (error as? UnknownField)?.name)
    }
  }

  static func configuration(_ options: ModuleOptions, world: World, _ workplace: Workplace) throws
    -> ModuleBench.Configuration
  {
    var configuration = ModuleBench.Configuration(wireBaudRate: options.wireBaudRate, fault: options.fault)
    configuration.adapterLatency = .microseconds(options.adapterLatency)
    configuration.surroundings = Surroundings(world)
    configuration.uniqueID = try SecureRandom.bytes(12)
    for segment in try segments(options, workplace) {
      configuration.flash.program(segment.address, Array(segment.bytes))
    }
    return configuration
  }

  private static func order(_ options: ModuleOptions, world: World, _ workplace: Workplace) throws -> ChipOrder
  {
    var order = ChipOrder(
      wireBaudRate: options.wireBaudRate, fault: options.fault?.spelling, world: world,
      uniqueID: Data(try SecureRandom.bytes(12)), segments: try segments(options, workplace))
    order.adapterLatency = options.adapterLatency
    return order
  }

  /// The initial contents of the flash.
  private static func segments(_ options: ModuleOptions, _ workplace: Workplace) throws -> [ChipOrder.Segment] {
    guard options.hasFirmware || options.manifest != nil || options.engine == .qemu else { return [] }
    let image = try image(options, workplace)
    return image.manifest.segments.map { segment in
      ChipOrder.Segment(
        address: segment.address,
        bytes: Data(image.bytes[segment.offset..<(segment.offset + segment.length)]))
    }
  }

  private static func image(_ options: ModuleOptions, _ workplace: Workplace) throws -> Image {
    switch try workplace.firmwareShelf().source(image: options.image, manifest: options.manifest, for: []) {
    case .image(let image): return image
    case .newest(let catalogue):
      guard let release = catalogue.newest(for: .stm32f405) else {
        throw FlashError.noRelease(chip: ChipModel.stm32f405.name)
      }
      return try catalogue.image(of: release)
    }
  }

  /// Makes a bench with QEMU behind the same pty.
  private static func emulatedBench(
    _ configuration: ModuleBench.Configuration, environment: Environment
  ) throws -> ModuleBench {
    guard let program = environment.program("qemu-system-arm") else { throw EmulatorMissing() }
    let chip = try EmulatedChip(program: program, flash: configuration.flash)
    return ModuleBench(configuration, now: { ContinuousClock.now }, makeChip: { chip })
  }

  static func platform(_ options: PlatformOptions, _ workplace: Workplace) throws -> Int32 {
    // On a computer where nothing was set up yet, the home is not there.
    if options.data == nil { _ = try workplace.makeFolder(workplace.home) }
    let folder = options.data ?? workplace.home + "/bench-platform"
    let token = try options.token.map { try workplace.readToken($0) }
    let platform = try localPlatform(listen: options.listen, folder: folder, token: token)
    let url = try platform.start()
    defer { platform.stop() }
    try announce(PlatformDocument(url: url, data: folder), workplace)
    while !workplace.isInterrupted { pause(.seconds(60), unless: { workplace.isInterrupted }) }
    return ExitCode.done.rawValue
  }

  static func localPlatform(listen: String, folder: String, token: String?, authority: TestAuthority? = nil)
    throws -> LocalPlatform
  {
    // Random bytes are drawn first, so that a machine without randomness is refused before anything listens.
    _ = try SecureRandom.bytes(1)
    return try LocalPlatform(
      LocalPlatform.Configuration(listen: listen, dataFolder: folder, token: token, authority: authority) {
        count in
        (try? SecureRandom.bytes(count)) ?? []
      })
  }

  /// Writes one JSON line, with or without `--json`, from which a script learns the port or address of the
  /// bench.
  private static func announce(_ document: some Encodable, _ workplace: Workplace) throws {
    workplace.console.output.write(json: String(decoding: try RecordCoding.encode(document), as: UTF8.self))
  }
}

extension ValueType where Value == ModuleBenchFault {
  fileprivate static var fault: Self {
    .custom(
      Text(
        zh:
          "silence-、pull- 或 brownout- 接 after=N 或 during=W（W 为 erase、write、verify、pair、test）；lost、flipped、doubled、noise、half、clipped、piece 或 brownout 接 =SEED:PPM；可用逗号并列",
        en:
          "silence-, pull- or brownout- with after=N or during=W (W is erase, write, verify, pair or test); lost, flipped, doubled, noise, half, clipped, piece or brownout with =SEED:PPM; several joined by commas"
      )
    ) { ModuleBenchFault($0) }
  }
}

/// The error that a file does not describe the surroundings of a bench.
struct WorldRejected: Error {
  let path: String
  /// The fault of the JSON; nil where the file is JSON.
  var fault: JSONFault?
  /// The name of an unknown field; nil where there is none.
  var unknownField: String?
}

extension WorldRejected: Explained {
  var failure: Failure {
    Failure(
      code: "bench.world",
      message: fault.map { Text(zh: "\(path) \($0.title.zh)", en: "\(path) \($0.title.en)") }
        ?? unknownField.map {
          Text(zh: "\(path) 有不认识的字段 \($0)", en: "\(path) has a field that is not known, \($0)")
        }
        ?? Text(zh: "\(path) 描述的环境读不懂", en: "\(path) does not describe a module's surroundings"),
      hint: Text(
        zh: "写成 JSON，如 {\"supplyVolts\": 400, \"hasFix\": false}",
        en: "write JSON, for example {\"supplyVolts\": 400, \"hasFix\": false}"), exit: .badData)
  }
}
