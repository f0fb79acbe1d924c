extension Flasher {
  /// The fastest way into this chip, from its ROM bootloader, which is in sync.
  func openPath(
    _ rom: ROMClient, for plan: FlashPlan, options: Options, watch: FlashWatch
  ) throws(FlashError) -> any FlashPath {
    guard options.usesLoader, !plan.parts.isEmpty else { return ROMPath(rom: rom) }
    try watch.begin(.startingLoader)
    do throws(LoaderPath.Obstacle) {
      return try LoaderPath(through: rom, for: plan, speeds: lineSpeeds)
    } catch {
      switch error {
      case .refused: return ROMPath(rom: rom)
      case .link(let error): throw .link(error, during: .startingLoader)
      case .silent: return ROMPath(rom: try returnToBootloader())
      }
    }
  }

  /// A program in RAM that nobody hears resets the chip after three seconds; what starts then leads back to the ROM.
  private func returnToBootloader() throws(FlashError) -> ROMClient {
    let deadline = now() + .seconds(10)
    repeat {
      switch try findModuleOrLoader(speeds: bootloaderSpeeds) {
      case .bootloader(let baud): return try romClient(baud, during: .startingLoader)
      case .firmware:
        try enterBootloader(speed: bootloaderSpeeds[0])
        return try romClient(bootloaderSpeeds[0], during: .startingLoader)
      case .nothing: break
      }
    } while now() < deadline
    throw .bootloaderSilent
  }

  /// As `findModule`; and a flashing program that a killed run left in the chip makes way.
  func findModuleOrLoader(speeds: [Int], profile: BoardProfile? = nil) throws(FlashError) -> Found {
    let found = try findModule(speeds: speeds, profile: profile)
    guard case .nothing = found else { return found }
    do throws(LoaderClient.Failure) {
      // By now it has been alone for so long that it is back at the speed it began with.
      var loader = LoaderClient(link: link, baud: speeds[0], now: now)
      guard try loader.meet() else { return found }
      _ = try loader.ask(.reset)
      // The boot block looks at what is in flash before it starts anything.
      try loader.pause(.milliseconds(700))
    } catch .link(let error) where error != .timeout {
      throw .link(error, during: .connecting)
    } catch {
      return found
    }
    return try findModule(speeds: speeds, profile: profile)
  }
}

/// What the notes know of an adapter, as the flashing program asks for it.
final class NotedLineSpeeds: LineSpeedMemory {
  private let notes: any FlashNotes

  init(_ notes: any FlashNotes) { self.notes = notes }

  var ceiling: Int? { notes.speed(for: .loader) }
  func note(held baud: Int) { notes.remember(speed: baud, for: .loader) }
}
