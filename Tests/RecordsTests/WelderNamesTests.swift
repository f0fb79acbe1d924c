import Records
import Testing

/// Reads names of models by the rules of GB/T 10249, and counts numbers of seals.
@Suite struct WelderNamesTests {
  @Test(
    arguments: [
      ("ZX7-315", WeldingProcess.manualArc, SourceType.inverter, 315), ("zx7－400", .manualArc, .inverter, 400),
      ("ZX5-630", .manualArc, .dc, 630), ("BX1-500", .manualArc, .ac, 500), ("BX3-300-2", .manualArc, .ac, 300),
      ("NBC-350", .mig, nil, 350), ("WSM-400", .tig, nil, 400), ("WSJ-300", .tig, .ac, 300),
      ("LGK-100", .plasma, nil, 100),
      ("ＺＸ７-315", .manualArc, .inverter, 315), ("MIG-250", .mig, nil, 250), ("TIG 200", .tig, nil, 200),
      ("DN-25", .spot, nil, nil), ("ZX7", .manualArc, .inverter, nil),
    ] as [(String, WeldingProcess, SourceType?, Int?)])
  func `a model's name tells process, source and current`(
    model: String, process: WeldingProcess, source: SourceType?, amps: Int?
  ) throws {
    let name = try #require(WelderModelName(model))
    #expect(name.weldingProcess == process && name.sourceType == source)
    #expect(name.ratedAmps == amps)
  }

  @Test(arguments: [
    "", "超霸3号", "315", "-", "XYZ-315", "Z-315", "7ZX-315", String(repeating: "Z", count: 9_000),
  ])
  func `a name that follows no rule tells nothing`(model: String) {
    #expect(WelderModelName(model) == nil)
  }

  @Test(arguments: [
    ("LX-0001", "LX-0002"), ("0099", "0100"), ("S999", "S1000"), ("9", "10"), ("A-09-0009", "A-09-0010"),
    ("99999999999999999999999", "100000000000000000000000"), ("0000", "0001"),
  ])
  func `the next seal keeps prefix and leading zeros`(number: String, next: String) {
    #expect(SealNumber.next(after: number) == next)
  }

  @Test(arguments: ["", "LX", "LX-1A", "一号"])
  func `a number that ends in no digit has no next one`(number: String) {
    #expect(SealNumber.next(after: number) == nil)
  }
}
