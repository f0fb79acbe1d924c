import Bench
import Testing

@Suite struct ModuleBenchFaultTests {
  @Test(
    "a fault is read as it is documented",
    arguments: [
      ("silence-after=0", ModuleBenchFault(.silence, .after(bytes: 0))),
      ("pull-after=2147483647", .init(.pull, .after(bytes: 2_147_483_647))),
      ("silence-during=erase", .init(.silence, .during(.erase))),
      ("pull-during=pair", .init(.pull, .during(.pair))),
    ])
  func good(text: String, fault: ModuleBenchFault) {
    #expect(ModuleBenchFault(text) == fault)
  }

  @Test(arguments: [
    "", "silence", "silence-after", "silence-after=", "silence-after=-1", "silence-after=2147483648",
    "silence-after=1=2", "pull-during=nothing", "smoke-after=1", "silence-during=1",
  ])
  func `anything else is refused`(text: String) {
    #expect(ModuleBenchFault(text) == nil)
  }
}
