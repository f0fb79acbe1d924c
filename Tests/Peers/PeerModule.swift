import Bench
import Foundation
import ModuleCore
import TestSupport
import Testing

@testable import Chip

/// The engine that runs the module's program, by its name in `bench module --engine`.
enum PeerEngine: String, CaseIterable {
  case core, unicorn, qemu

  var isThere: Bool { self != .qemu || InstalledProgram.emulator.isInstalled }

  /// A simulated module whose flash holds the shipped firmware.
  func module(fault: String? = nil) throws -> ModuleBench {
    let flash = try ShippedRelease.program()
    let configuration = ModuleBench.Configuration(
      fault: try fault.map { try #require(ModuleBenchFault($0)) }, flash: flash)
    let random = SeededBytes(seed: 1).bytes
    switch self {
    case .core: return ModuleBench(configuration, random: random, now: { .now })
    case .unicorn:
      let chip = try ExecutedChip(configuration: configuration, random: random, now: { .now })
      return ModuleBench(configuration, now: { .now }, makeChip: { chip })
    case .qemu:
      let chip = try EmulatedChip(program: try #require(InstalledProgram.emulator.path), flash: flash)
      return ModuleBench(configuration, now: { .now }, makeChip: { chip })
    }
  }
}
