import Records
import Testing

@testable import Fieldbook

@Suite struct ModuleStockTests {
  let home = TestHome()

  private func module(_ number: Int, version: String = "1.0.0") -> StockedModule {
    StockedModule(
      serialNumber: "WT-\(number)", chip: "STM32F405", chipID: "00\(number)", firmwareVersion: version,
      firmwareSha256: Sample.firmware)
  }

  @Test func `a module is in stock once, as it last came off the station`() throws {
    let fieldbook = try home.fieldbook()
    try fieldbook.stock(module(2), slot: "A1", at: Sample.at(0))
    try fieldbook.stock(module(1), slot: "A2", at: Sample.at(1))
    try fieldbook.stock(module(2, version: "1.1.0"), slot: "A1", at: Sample.at(2))
    try fieldbook.recordFailedModule(slot: "A1", reason: "provision.link.closed", at: Sample.at(3))
    #expect(try home.fieldbook().stockedModules() == [module(1), module(2, version: "1.1.0")])
  }

  @Test func `what a station did is neither changed nor removed`() throws {
    let fieldbook = try home.fieldbook()
    try fieldbook.stock(module(1), slot: "A1", at: Sample.at(0))
    for sql in ["UPDATE module_run SET slot = 'B'", "DELETE FROM module_run"] {
      #expect(throws: FieldbookError.self) { try fieldbook.database.execute(sql) }
    }
    #expect(try fieldbook.stockedModules().count == 1)
  }
}
