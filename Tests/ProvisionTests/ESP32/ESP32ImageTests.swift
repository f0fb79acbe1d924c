import Cryptography
import ESP32Programs
import Testing

@testable import Provision

@Suite struct ESP32ImageTests {
  private func fault(_ change: (inout [UInt8]) -> Void) -> ESP32ImageFault? {
    var bytes = ESP32Programs.program(bytes: 1000)
    change(&bytes)
    do throws(ESP32ImageFault) {
      _ = try ESP32Image(bytes, for: .esp32)
      return nil
    } catch {
      return error
    }
  }

  @Test func `a right one is taken, hashed or not, with ones behind it or not`() throws {
    #expect(fault { _ in } == nil)
    #expect(fault { $0 += [0xff, 0xff, 0xff, 0xff] } == nil)
    let plain = try ESP32Image(ESP32Programs.program(isHashed: false), for: .esp32)
    #expect(plain.digest == nil && plain.version == nil)
    let application = try ESP32Image(ESP32Programs.program(version: "1.2.0"), for: .esp32)
    #expect(application.version == "1.2.0" && application.digest?.count == 32)
  }

  @Test func `each thing that can be wrong is named`() {
    #expect(fault { $0[0] = 0xe8 } == .magic)
    #expect(fault { $0 = [] } == .magic)
    #expect(fault { $0 = Array($0.prefix(20)) } == .truncated)
    #expect(fault { $0[1] = 0 } == .segmentCount(0))
    #expect(fault { $0[1] = 17 } == .segmentCount(17))
    #expect(fault { $0[12] = 9 } == .chip(9))
    #expect(fault { $0.removeLast() } == .truncated)
    #expect(fault { $0.removeLast(33) } == .truncated)
    #expect(fault { $0.replaceSubrange(28..<32, with: [0xff, 0xff, 0xff, 0xff]) } == .truncated)
    #expect(fault { $0[500] ^= 1 } == .checksum)
    #expect(fault { $0[8] ^= 1 } == .digest)
    #expect(fault { $0 += [0, 0, 0, 0] } == .tail)
  }

  @Test func `every length that it might be cut off at is found out, and none traps`() {
    let whole = ESP32Programs.program(bytes: 300)
    for count in 0..<whole.count {
      #expect(throws: ESP32ImageFault.self) { try ESP32Image(Array(whole.prefix(count)), for: .esp32) }
    }
  }

  private func releaseFault(_ change: (inout [(address: UInt32, bytes: [UInt8])]) -> Void) -> ImageFault? {
    do { _ = try ESP32Images.firmware(bytes: 5000, change: change) } catch { return error as? ImageFault }
    return nil
  }

  @Test func `a release needs bootloader, table and application in their places`() {
    #expect(releaseFault { _ in } == nil)
    #expect(releaseFault { $0.remove(at: 0) } == .program(.espressif(.noBootloader)))
    #expect(releaseFault { $0.remove(at: 1) } == .program(.espressif(.noPartitionTable)))
    #expect(releaseFault { $0[1].bytes[0] = 0 } == .program(.espressif(.noPartitionTable)))
    #expect(releaseFault { $0.remove(at: 2) } == .program(.espressif(.noApplication)))
    #expect(releaseFault { $0[0].bytes[0] = 0 } == .program(.espressif(.magic)))
    #expect(releaseFault { $0[2].bytes[12] = 5 } == .program(.espressif(.chip(5))))
    #expect(releaseFault { $0[2].bytes.removeLast(32) } == .program(.espressif(.truncated)))
    #expect(releaseFault { $0[2].bytes[4000] ^= 1 } == .program(.espressif(.checksum)))
    #expect(releaseFault { $0[2].address = 0x1_0800 } == .segment(index: 2, .unaligned))
    #expect(releaseFault { $0[2].address = 0x9000 } == .segment(index: 2, .overlapsPairing))
    #expect(releaseFault { $0[2].address = 0xff_f000 } == .segment(index: 2, .outsideFlash))
  }

  @Test func `an application must not lie about its version or digest`() throws {
    #expect(throws: ImageFault.program(.applicationHeader)) {
      try ESP32Images.firmware(
        version: "1.2.0", bytes: 5000, change: { $0[2].bytes = ESP32Programs.program(version: "1.3.0") })
    }
    let digest = Hex.encode(ESP32Programs.program(bytes: 5000, version: "1.2.0").suffix(32))
    #expect(throws: Never.self) { try ESP32Images.firmware(bytes: 5000, appSha256: digest) }
    #expect(throws: ImageFault.program(.applicationDigest)) {
      try ESP32Images.firmware(bytes: 5000, appSha256: SHA256Digest(of: [UInt8](digest.utf8)).hex)
    }
  }
}
