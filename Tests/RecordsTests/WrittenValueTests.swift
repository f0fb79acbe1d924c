import Foundation
import Testing

@testable import Records

@Suite struct WrittenNumberTests {
  private func read(_ text: String, _ unit: WrittenNumber.Unit?) -> Result<Double, FieldProblem.Fault> {
    do { return .success(try WrittenNumber.read(text, unit: unit)) } catch { return .failure(error) }
  }

  @Test(
    arguments: [
      ("32", 32), (" 40 ", 40), ("４０　", 40), ("-3.5", -3.5), ("+5", 5), ("0.5", 0.5), (".5", 0.5), ("32.", 32),
      ("3。5", 3.5), ("１２．５", 12.5), ("\u{202D}32\u{202C}", 32), ("\u{FEFF}3\u{200B}2", 32), ("32\n", 32),
      // The comma is a decimal point.
      ("7,5", 7.5), ("7，5", 7.5), ("12,25", 12.25), ("0,125", 0.125), ("-7,5", -7.5),
      // The commas can only separate thousands.
      ("1,000,000", 1_000_000), ("1,234.5", 1_234.5), ("12,345,678.25", 12_345_678.25),
    ] as [(String, Double)])
  func `reads what was meant`(text: String, value: Double) {
    #expect(read(text, nil) == .success(value))
  }

  @Test(
    arguments: [
      ("32A", WrittenNumber.Unit.amperes, 32), ("32 a", .amperes, 32), ("３２Ａ", .amperes, 32),
      ("400安", .amperes, 400),
      ("32 安", .amperes, 32), ("32安培", .amperes, 32), ("7,5A", .amperes, 7.5), ("18kW", .kilowatts, 18),
      ("18 KW", .kilowatts, 18), ("18㎾", .kilowatts, 18), ("7.5千瓦", .kilowatts, 7.5), ("3人", .people, 3),
      ("２名", .people, 2),
      // A comma in a whole number is no decimal comma.
      ("1,200", .people, 1_200),
    ] as [(String, WrittenNumber.Unit, Double)])
  func `takes the unit behind it`(text: String, unit: WrittenNumber.Unit, value: Double) {
    #expect(read(text, unit) == .success(value))
  }

  @Test(arguments: [
    ("32kW", WrittenNumber.Unit.amperes, "kW"), ("18A", .kilowatts, "A"), ("380V", .amperes, "V"),
    ("18kVA", .kilowatts, "kVA"),
    ("18000W", .kilowatts, "W"), ("0.4kA", .amperes, "kA"), ("32千瓦", .amperes, "千瓦"), ("3A", .people, "A"),
    ("1e5", .amperes, "e5"),
  ])
  func `names another unit`(text: String, unit: WrittenNumber.Unit, found: String) {
    let expected: FieldProblem.Fault =
      found == "e5" ? .notANumber : .wrongUnit(found: found, expected: unit.rawValue)
    #expect(read(text, unit) == .failure(expected))
  }

  @Test(arguments: ["1,000", "12,000", "1，000", "7,500", "1,0000", "10,12345", "1,000A"])
  func `refuses a comma that may be either`(text: String) {
    #expect(read(text, .amperes) == .failure(.ambiguousNumber))
  }

  @Test(arguments: [
    "", " ", ".", ",", "a", "0x10", "nan", "inf", "1.2.3", "--1", "1-", "٣", "½", "3 2", "1 000", "7、5",
    "1,00,000",
    "0,123,456", "1,2,3", "1.000,5", "32-40", "32/40", "3\n2", "约32", "1,234.", ",5", "5,",
    String(repeating: "1", count: 21),
  ])
  func `refuses what is no number`(text: String) {
    #expect(read(text, .amperes) == .failure(.notANumber))
  }

  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (12, "12"), (0.1 + 0.2, "0.3"), (383.45678, "383.457"), (-2, "-2"), (-0.0004, "0"),
    (1e15, "1000000000000000"),
  ])
  func `numbers have no more decimals than say something`(value: Double, text: String) {
    #expect(WrittenNumber.text(of: value) == text)
  }

  @Test(arguments: [Double.infinity, -.infinity, .nan, 1e300, .leastNonzeroMagnitude])
  func `numbers no module measures do not trap`(value: Double) {
    #expect(!WrittenNumber.text(of: value).isEmpty)
  }
}

@Suite struct WrittenDayTests {
  @Test(arguments: [
    "2027-06-30", "2027-6-30", "2027/6/30", "2027/06/30", "2027.6.30", "20270630", "2027年6月30日", "2027年06月30日",
    "2027 年 6 月 30 日", "2027年6月30号", "２０２７／６／３０", "2027－06－30", "2027–06–30", "\u{202D}2027-06-30\u{202C}",
    " 2027-06-30\n", "\u{FEFF}20270630", "2027。6。30",
  ])
  func `reads the day as it is written`(text: String) {
    #expect(CalendarDay(written: text)?.description == "2027-06-30")
  }

  @Test(arguments: [
    "", "27-6-30", "30/6/2027", "6/30/2027", "2027-06", "2027-6/30", "2027-02-30", "2027-13-01", "202706301",
    "2027063",
    "2027-06-30 00:00", "2027年6月", "2027-06-3 0", "2027 06 30", "--", "2027年6月30日前", "1969-12-31",
    "2027-006-30",
  ])
  func `refuses what may be another day or none`(text: String) {
    #expect(CalendarDay(written: text) == nil)
  }
}

@Suite struct WrittenCodeTests {
  private let code = Sample.code

  @Test func `takes the address of a label wherever a code is taken`() {
    for text in [
      "\(code)", "https://weld.example.cn/w/\(code)", "https://weld.example.cn/w/\(code).Ab12Cd34",
      "HTTPS://WELD.EXAMPLE.CN/W/\(code)", "http://127.0.0.1:8080/w/\(code)",
      " https://weld.example.cn/w/\(code)\r\n",
      "https://weld.example.cn/w/\(code)?from=scan", "\u{202D}\(code)\u{202C}",
      "\(code)".replacingOccurrences(of: "-", with: "\u{2011}"),
      "\(code)".replacingOccurrences(of: "-", with: "\u{2014}"),
      "\(code)".replacingOccurrences(of: "-", with: "\u{2212}"), "\(code)".lowercased(),
    ] {
      #expect(LabelCode(written: text) == code, "\(text)")
    }
  }

  @Test func `refuses an address that is no label's`() {
    for text in [
      "https://weld.example.cn/\(code)", "https://weld.example.cn/x/\(code)", "https://w/\(code)",
      "https://weld.example.cn/w/", "https://weld.example.cn/w/150621-00A000-Q",
      "ftp://weld.example.cn/w/\(code)",
      "weld.example.cn/w/\(code)", "https://weld.example.cn/w/\(code)/more", "https://",
      "https://weld.example.cn/w",
    ] {
      #expect(LabelCode(written: text) == nil, "\(text)")
    }
  }

  @Test(arguments: [
    "\u{202D}13800000001\u{202C}", "138\u{2011}0000\u{2011}0001", "138 0000 0001", "138\u{A0}0000\u{2009}0001",
    "+86 138 0000 0001", "\u{FEFF}１３８００００００１".replacingOccurrences(of: "００００００１", with: "０００００００１"),
    "\u{200E}13800000001",
  ])
  func `a phone is what is seen of it`(text: String) {
    #expect(PhoneNumber(text)?.full == "13800000001")
  }
}
