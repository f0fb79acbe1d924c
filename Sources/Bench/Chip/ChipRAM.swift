/// The RAM of a simulated chip. The ROM bootloader writes a program here and starts it.
///
/// Only the thread that serves the bench uses the RAM.
public final class ChipRAM: @unchecked Sendable {
  /// Address of the first byte.
  public let start: UInt32
  public let byteCount: Int

  /// The `byteCount` bytes, aligned to a page, valid as long as this object lives.
  public let bytes: UnsafeMutableRawPointer

  /// A chip's main RAM, all zeros.
  public init(_ model: STM32Model = .stm32f405) {
    (start, byteCount) = (model.ramStart, model.ramBytes)
    bytes = .allocate(byteCount: byteCount, alignment: 4096)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  deinit { bytes.deallocate() }

  /// The bytes of a range; nil where the range is not wholly inside.
  public func read(_ address: UInt32, count: Int) -> [UInt8]? {
    guard let offset = offset(address, count: count) else { return nil }
    return Array(UnsafeRawBufferPointer(start: bytes + offset, count: count))
  }

  /// Writes bytes. Returns false and writes nothing where the range is not wholly inside.
  @discardableResult
  public func write(_ address: UInt32, _ new: [UInt8]) -> Bool {
    guard let offset = offset(address, count: new.count) else { return false }
    UnsafeMutableRawBufferPointer(start: bytes + offset, count: new.count).copyBytes(from: new)
    return true
  }

  /// Writes one byte; an address outside is ignored.
  public func store(_ address: UInt32, _ byte: UInt8) {
    guard let offset = offset(address, count: 1) else { return }
    bytes.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
  }

  /// Forgets everything, because the power is gone. The bytes then hold a pattern other than zeros, so that a
  /// program that relies on zeros is found out.
  public func forget() {
    bytes.initializeMemory(as: UInt8.self, repeating: 0xa5, count: byteCount)
  }

  private func offset(_ address: UInt32, count: Int) -> Int? {
    guard address >= start, count >= 0 else { return nil }
    let offset = Int(address - start)
    return offset <= byteCount && count <= byteCount - offset ? offset : nil
  }
}
