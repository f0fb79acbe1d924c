import Bench
import Foundation
import TestSupport
import Testing

@testable import Provision

/// Checks a station over real ptys. Each slot's port is a link in a folder, as with udev, so that a module can
/// be replaced by another.
@Suite struct StationTests {
  private final class Tray {
    private let folder = TemporaryFolder()
    private var modules: [String: ModuleBench] = [:]
    /// Descriptors that keep every port in use, so that the number of a pulled port is given to no other port
    /// while a slot's link still names it.
    private var holds: [Int32] = []

    deinit {
      for module in modules.values { module.stop() }
      for hold in holds { close(hold) }
    }

    func port(_ slot: String) -> String { folder.file(slot) }

    /// Puts a module with this flash into the slot.
    func put(
      _ number: UInt8, into slot: String, fault: String? = nil, flash: FlashArray = .stm32f405()
    ) throws {
      takeOff(slot)
      let module = ModuleBench(
        .init(
          fault: fault.flatMap(ModuleBenchFault.init), timings: .instant, flash: flash,
          uniqueID: Array("STATIONTRAY".utf8) + [number]),
        random: SeededBytes(seed: 1).bytes, now: { .now })
      let path = try module.runInBackground()
      modules[slot] = module
      holds.append(open(path, O_RDWR | O_NOCTTY | O_NONBLOCK))
      try FileManager.default.createSymbolicLink(atPath: port(slot), withDestinationPath: path)
    }

    func takeOff(_ slot: String) {
      try? FileManager.default.removeItem(atPath: port(slot))
      modules.removeValue(forKey: slot)?.pull()
    }
  }

  /// Runs a station and collects the reports of its slots.
  private final class Watch {
    let station: Station
    private(set) var events: [Int: [StationSlot.Event]] = [:]
    /// The number of pauses that the slots have begun. A slot pauses after everything that it reports of a module.
    private let pauses = Watched(0)

    /// - Parameter pausesPass: whether the slots' pauses take their time.
    init(
      _ tray: Tray, slots: [String], image: Image, pausesPass: Bool = true,
      notes: @escaping @Sendable () -> any FlashNotes = { MemoryFlashNotes() }
    ) throws {
      let (ports, pauses) = (slots.map { tray.port($0) }, pauses)
      station = try Station(slotCount: ports.count) { index, pause in
        StationSlot(
          open: { () throws(LinkError) in try SerialPort.open(ports[index], framing: .firmware) },
          notes: notes, source: .image(image), now: { .now },
          sleep: { duration in
            pauses.change { $0 += 1 }
            if pausesPass { pause(duration) }
          })
      }
    }

    deinit { station.stop() }

    func passed(_ slot: Int) -> [String] {
      events[slot, default: []].compactMap {
        if case .passed(let module, _, _) = $0 { module.serialNumber } else { nil }
      }
    }

    func failures(_ slot: Int) -> [FlashError] {
      events[slot, default: []].compactMap { if case .failed(let failure) = $0 { failure.error } else { nil } }
    }

    func leftAlone(_ slot: Int) -> [String] {
      events[slot, default: []].compactMap {
        if case .leftAlone(let serialNumber, _) = $0 { serialNumber } else { nil }
      }
    }

    /// Waits until the reports fulfil `isSo`.
    func wait(until isSo: (Watch) -> Bool) -> Bool {
      pauses.wait { _ in
        takeReports()
        return isSo(self)
      }
    }

    /// Waits until the slots have paused this number of times more.
    func waitForPauses(_ count: Int) {
      let last = pauses.latest + count
      _ = pauses.wait { $0 >= last }
      takeReports()
    }

    private func takeReports() {
      for report in station.takeReports() { events[report.slot, default: []].append(report.event) }
    }
  }

  @Test func `each module passes in its slot, and the next one after it, while other slots work on`() throws {
    let tray = Tray()
    try tray.put(1, into: "a")
    try tray.put(2, into: "b")
    let watch = try Watch(tray, slots: ["a", "b", "c"], image: try BootloaderImages.firmware())
    #expect(watch.wait { $0.passed(0).count == 1 && $0.passed(1).count == 1 })
    try tray.put(3, into: "a")
    #expect(watch.wait { $0.passed(0).count == 2 })
    try tray.put(4, into: "c")
    #expect(watch.wait { $0.passed(2).count == 1 })
    #expect(watch.passed(1).count == 1)
    #expect(Set(watch.passed(0) + watch.passed(1) + watch.passed(2)).count == 4)
    watch.station.stop()
    while watch.station.isWorking { sched_yield() }
  }

  @Test func `a module that is taken off half-way fails alone, and its slot takes the next`() throws {
    let tray = Tray()
    try tray.put(1, into: "a", fault: "pull-during=write")
    try tray.put(2, into: "b")
    let watch = try Watch(tray, slots: ["a", "b"], image: try BootloaderImages.firmware())
    #expect(watch.wait { $0.failures(0).count == 1 && $0.passed(1).count == 1 })
    guard case .link(.closed, during: _)? = watch.failures(0).first else {
      Issue.record("\(watch.failures(0))")
      return
    }
    #expect(watch.failures(1).isEmpty)
    try tray.put(3, into: "a")
    #expect(watch.wait { $0.passed(0).count == 1 })
  }

  @Test func `a module that was taken off half-way goes on in another slot after the last block`() throws {
    let tray = Tray()
    let flash = FlashArray.stm32f405()
    try tray.put(1, into: "a", fault: "pull-during=write", flash: flash)
    let folder = TemporaryFolder()
    let watch = try Watch(
      tray, slots: ["a", "b"], image: try BootloaderImages.firmware(),
      notes: { FlashNotesFolder(folder: folder.path, adapter: "x") })
    #expect(watch.wait { $0.failures(0).count == 1 })
    try tray.put(1, into: "b", flash: flash)
    #expect(watch.wait { $0.passed(1).count == 1 }, "\(watch.failures(1))")
    func erasures(_ slot: Int) -> Int {
      watch.events[slot, default: []].count { if case .step(.erasing) = $0 { true } else { false } }
    }
    #expect(erasures(0) > 0 && erasures(1) == 0)
  }

  @Test func `a module that passed is left alone as long as it stays`() throws {
    let tray = Tray()
    try tray.put(1, into: "a")
    let watch = try Watch(tray, slots: ["a"], image: try BootloaderImages.firmware(), pausesPass: false)
    #expect(watch.wait { $0.passed(0).count == 1 })
    watch.waitForPauses(20)
    #expect(watch.passed(0).count == 1 && watch.failures(0).isEmpty)
  }

  @Test func `a paired module is left as it is, told once, and its slot takes the next`() throws {
    let (tray, paired) = (Tray(), try PairedBench())
    let flash = paired.bench.flash
    // The record's sectors change, because the module counts its starts there.
    func firmware() -> [UInt8]? { flash.read(flash.sectors[4].address, count: flash.sectors[4].bytes) }
    let before = firmware()
    try tray.put(1, into: "a", flash: flash)
    let watch = try Watch(tray, slots: ["a"], image: try BootloaderImages.firmware(version: "2.0.0"))
    #expect(watch.wait { $0.leftAlone(0).count == 1 })
    try tray.put(2, into: "a")
    #expect(watch.wait { $0.passed(0).count == 1 })
    #expect(watch.leftAlone(0).count == 1 && watch.failures(0).isEmpty)
    #expect(before != nil && firmware() == before)
  }

  // MARK: - The file of slots

  private func slots(_ text: String) throws -> [StationSlots.Slot] {
    let folder = TemporaryFolder()
    return try StationSlots(path: folder.write("slots.json", text)).slots
  }

  @Test func `slots are named by USB socket or by path`() throws {
    #expect(
      try slots(
        #"{"slots": [{"name": "A1", "port": "pci-0000:00:14.0-usb-0:2:1.0-port0"}, {"name": "A2", "port": "/dev/ttyUSB1"}]}"#
      ) == [
        .init(name: "A1", port: "/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0"),
        .init(name: "A2", port: "/dev/ttyUSB1"),
      ])
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"slots": []}"#, #"{"slots": [{"name": "", "port": "a"}]}"#,
    #"{"slots": [{"name": "a"}]}"#, #"{"slots": [{"name": "a", "port": ""}]}"#,
    #"{"slots": [{"name": "a", "port": "b", "colour": 1}]}"#,
    #"{"slots": [{"name": "a", "port": "b"}, {"name": "a", "port": "c"}]}"#,
    #"{"slots": [{"name": "a", "port": "b"}, {"name": "c", "port": "/dev/serial/by-path/b"}]}"#,
    #"{"slots": [{"name": "abcdefghijklm", "port": "b"}]}"#,
  ])
  func `a file of slots that cannot be meant is refused with its field`(text: String) {
    #expect(throws: ProvisionError.self) { try slots(text) }
  }
}
