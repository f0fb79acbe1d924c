import Fieldbook
import FoundationEssentials
import Records
import Tables
import Terminal

/// A column of `list`.
enum ListColumn: String, CaseIterable {
  case id, code, status, unit, welder, next, opened, person, phone, street, community, industry, brand, model,
    serial
  case module, seal, payer, purchased, due, fitted, appointment, note
  case unitID = "unitId"

  /// The default columns of the screen.
  static let onScreen: [ListColumn] = [.id, .code, .status, .unit, .welder, .next]
  /// The columns of a day's route.
  static let onRoute: [ListColumn] = [.id, .street, .community, .unit, .person, .phone, .note]
  /// The default columns of a file.
  static let inFile: [ListColumn] = [
    .id, .code, .status, .unit, .person, .phone, .street, .community, .industry, .brand, .model, .serial,
    .module, .seal,
    .opened, .purchased, .fitted, .payer, .appointment, .note, .next,
  ]
  /// The columns that have a member of their own in each row of the JSON document.
  static let inDocument: Set<ListColumn> = [
    .id, .code, .status, .unit, .brand, .model, .serial, .next, .opened,
  ]

  /// Whether a file is a table that `list` wrote: its first line has titles of columns and nothing else.
  static func isTable(beginning: Data) -> Bool {
    let mark = Data(CSVLine.byteOrderMark.utf8)
    guard beginning.starts(with: mark), let end = beginning.firstIndex(of: UInt8(ascii: "\r")),
      let line = String(validating: beginning[..<end].dropFirst(mark.count), as: UTF8.self)
    else { return false }
    let titles = Set(allCases.flatMap { [$0.title.zh, $0.title.en] })
    return line.utf8.split(separator: UInt8(ascii: ",")).allSatisfy {
      titles.contains(String(decoding: $0, as: UTF8.self))
    }
  }

  var title: Text {
    switch self {
    case .id: Text(zh: "记录号", en: "id")
    case .code: Text(zh: "标牌码", en: "code")
    case .status: Text(zh: "状态", en: "status")
    case .unit: Text(zh: "单位", en: "unit")
    case .welder: Text(zh: "焊机", en: "welder")
    case .next: Text(zh: "下一步", en: "next")
    case .opened: Text(zh: "登记日期", en: "registered")
    case .person: Text(zh: "责任人", en: "person")
    case .phone: Text(zh: "电话", en: "phone")
    case .street: Text(zh: "街道/苏木镇", en: "street")
    case .community: Text(zh: "社区", en: "community")
    case .industry: Text(zh: "行业", en: "industry")
    case .brand: Text(zh: "品牌", en: "brand")
    case .model: Text(zh: "型号", en: "model")
    case .serial: Text(zh: "出厂编号", en: "serial number")
    case .module: Text(zh: "模块", en: "module")
    case .seal: Text(zh: "封条", en: "seal")
    case .payer: Text(zh: "出资", en: "paid by")
    case .purchased: Text(zh: "购买日期", en: "purchased")
    case .due: Text(zh: "应装日期", en: "due")
    case .fitted: Text(zh: "安装日期", en: "fitted")
    case .appointment: Text(zh: "预约日期", en: "appointment")
    case .note: Text(zh: "预约备注", en: "note")
    case .unitID: Text(zh: "单位编号", en: "unit id")
    }
  }

  /// The columns of the ledger that the column is made of.
  var sources: [LedgerColumn] {
    switch self {
    case .id, .code, .status, .unit, .next, .opened, .note: []
    case .welder: [.brand, .model, .serial]
    case .person: [.person]
    case .phone: [.phone]
    case .street: [.street]
    case .community: [.community]
    case .industry: [.industry]
    case .brand: [.brand]
    case .model: [.model]
    case .serial: [.serial]
    case .module: [.moduleSerial]
    case .seal: [.sealNumber]
    case .payer: [.payer]
    case .purchased, .due: [.purchasedOn]
    case .fitted: [.fittedOn]
    case .appointment: [.appointmentOn]
    case .unitID: [.unit]
    }
  }

  /// The column of a table on the screen. Where the screen is too narrow for all, id, code and status are kept
  /// longest, and of the others mostly those that stand first.
  func column(at place: Int, of count: Int) -> Table.Column {
    let rank = count - place
    switch self {
    case .id: return Table.Column(title, minimum: 8, importance: count + 3)
    case .code: return Table.Column(title, minimum: 15, importance: count + 2)
    case .status: return Table.Column(title, minimum: 6, importance: count + 1)
    case .opened, .purchased, .due, .fitted, .appointment:
      return Table.Column(title, minimum: 10, importance: rank)
    // The welder's name is shortened after the unit's, because it says which of the unit's machines is meant.
    case .unit: return Table.Column(title, minimum: 10, importance: 1)
    case .welder: return Table.Column(title, minimum: 10, importance: 2)
    case .next: return Table.Column(title, minimum: 10)
    default: return Table.Column(title, importance: rank)
    }
  }
}
