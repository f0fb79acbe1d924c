// This program fuzzes the decoder that the environment variable FUZZ names. It is compiled together with
// firmware/Core, so that the module's own source is fuzzed, including its internal parts.
import Glibc

private let target: @Sendable ([UInt8]) -> Void = {
  guard let name = getenv("FUZZ") else { fatalError("FUZZ names no decoder") }
  guard let target = targets[String(cString: name)] else { fatalError("FUZZ names an unknown decoder") }
  return target
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}
