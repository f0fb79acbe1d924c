internal import CBoot
internal import ModuleCore

/// Runs the boot block's own source (`firmware/Boot`) on a simulated flash.
enum BootBlock {
  /// Whether the first sector holds a program that the chip could start.
  static func isSound(_ flash: FlashArray) -> Bool {
    let code = FlashMap.bootBlock..<FlashMap.bootBlock + FlashMap.bootBlockSize
    let table = flash.read(FlashMap.bootBlock, count: 8) ?? []
    return (try? ImageHeader.checkVectors(table, code: code)) != nil
  }

  /// Finishes or rolls back a pending update.
  /// - Returns: whether the application may be started.
  static func choose(_ flash: FlashArray) -> Bool {
    // The C functions get the array back from this pointer, and only within this call.
    withExtendedLifetime(flash) {
      var interface = wt_flash(
        context: Unmanaged.passUnretained(flash).toOpaque(),
        word: { context, address in BootBlock.flash(context)?.word(address) ?? .max },
        program: { context, address, word in
          BootBlock.flash(context)?.program(address, word: word) == true ? 1 : 0
        },
        erase: { context, sector in BootBlock.flash(context)?.erase(sector: Int(sector)) == true ? 1 : 0 })
      return wt_boot_choose(&interface) != 0
    }
  }

  private static func flash(_ context: UnsafeMutableRawPointer?) -> FlashArray? {
    context.map { Unmanaged<FlashArray>.fromOpaque($0).takeUnretainedValue() }
  }
}
