import Drawing
import Records

/// Places the devices and wires of a scheme as a ladder: the main circuit from the supply down to the welder on
/// the left, the module on the right, and between them a rung for each wire that reaches the module's left
/// edge. Every kind of device has its place. The rungs follow the order of the wires, and the module's
/// terminals stand where their wires arrive.
struct DiagramLayout {
  /// The width of the figure at the scale of 1, millimetres.
  static let width = 114.0

  let scheme: InstallationScheme
  let diagram: WiringDiagram
  let language: SchemeDiagram.Language
  let scale: Double
  let typesetter: Typesetter

  typealias Point = Pen.Point
  typealias Device = WiringDiagram.Device

  // MARK: - Places

  static let earthX = 8.0
  static let moduleLeft = 82.0
  static let moduleRight = 112.0
  static let rung = 7.0
  /// The x of the middle of a device that lies on a rung, such as the coil, millimetres.
  static let inlineX = 60.0

  /// The x of each switched conductor, millimetres.
  let columns: [Double]
  /// The y of the upper and the lower terminals of each device in the main circuit, millimetres.
  private(set) var mains: [Device.Kind: (top: Double, bottom: Double)] = [:]
  /// The y of each of the module's terminals on its left edge, millimetres, by the terminal's mark.
  private(set) var rungs: [String: Double] = [:]
  /// The x of each of the module's terminals on its upper edge, millimetres, by the terminal's mark.
  private(set) var moduleTops: [String: Double] = [:]
  private(set) var moduleTop = 0.0
  private(set) var moduleBottom = 0.0
  /// The y of the snubber's rung, millimetres; 0 in a diagram without a snubber.
  private(set) var snubberY = 0.0
  private(set) var coilY = 0.0
  private(set) var sensorTop = 0.0
  private(set) var earthY = 0.0
  private(set) var height = 0.0

  init(
    _ scheme: InstallationScheme, _ diagram: WiringDiagram, language: SchemeDiagram.Language, scale: Double,
    typesetter: Typesetter
  ) {
    self.scheme = scheme
    self.diagram = diagram
    self.language = language
    self.scale = scale
    self.typesetter = typesetter
    let poles = diagram.poles
    columns = (0..<poles).map { 22 + Double($0) * (poles == 3 ? 8 : 12) }
    place()
  }

  private mutating func place() {
    mains[.supply] = (8, 8)
    mains[.breaker] = (15, 27)
    var y = 27.0
    if diagram.device(.residualCurrentDevice) != nil {
      mains[.residualCurrentDevice] = (34, 50)
      y = 50
    }
    moduleTop = y - 4
    y += 5
    // Each wire from the main circuit to the module has a rung, in the order of the wires.
    for mark in marksOfModule(from: [.breaker, .residualCurrentDevice]) { take(mark, &y) }
    for mark in marksOfModule(from: [.fuse]) { take(mark, &y) }
    if diagram.device(.snubber) != nil {
      snubberY = y
      y += Self.rung
    }
    coilY = y
    for mark in coilMarks where rungs[mark] == nil { rungs[mark] = coilY }
    y += Self.rung
    mains[.contactor] = (y, y + 12)
    let auxiliary = marksOfModule(from: [.contactor]).filter { rungs[$0] == nil }
    for (index, mark) in auxiliary.enumerated() { rungs[mark] = y + 12 * Double(index) }
    y += 12 * Double(max(1, auxiliary.count - 1)) + 9
    mains[.welder] = (y, y + 24)
    y += 24 + 6
    sensorTop = y
    let sensor = marksOfModule(from: [.hallSensor, .currentTransformer]).filter { rungs[$0] == nil }
    for mark in sensor { take(mark, &y) }
    y = max(y, sensorTop + 16) + 3
    // The terminals for the antenna and the seal switch stand on the module's upper edge, and the remaining
    // ones below the rungs so far.
    let above = marksOfModule(from: [.antenna, .sealSwitch])
    for (index, mark) in above.enumerated() where rungs[mark] == nil {
      moduleTops[mark] = 90 + Double(index) * 9
    }
    for mark in diagram.device(.module)?.terminals ?? [] where rungs[mark] == nil && moduleTops[mark] == nil {
      take(mark, &y)
    }
    moduleBottom = y
    earthY = y + 2
    height = earthY + 9
  }

  private mutating func take(_ mark: String, _ y: inout Double) {
    guard rungs[mark] == nil else { return }
    rungs[mark] = y
    y += Self.rung
  }

  /// The module's marks at wires from devices of these kinds, in the order of the wires. Wires from a PE
  /// terminal or from the contactor's coil do not count.
  private func marksOfModule(from kinds: Set<Device.Kind>) -> [String] {
    guard let module = diagram.device(.module) else { return [] }
    var marks: [String] = []
    for wire in diagram.wires {
      for (here, there) in [(wire.from, wire.to), (wire.to, wire.from)] {
        guard let end = end(here), end.device.id == module.id, let other = self.end(there),
          kinds.contains(other.device.kind), other.mark != "PE", !marks.contains(end.mark)
        else { continue }
        if other.device.kind == .contactor, ["A1", "A2"].contains(other.mark) { continue }
        marks.append(end.mark)
      }
    }
    return marks
  }

  /// The module's marks at the coil of the contactor.
  private var coilMarks: [String] {
    guard let module = diagram.device(.module), let coil = diagram.device(.contactor) else { return [] }
    let ends = ["\(coil.id):A1", "\(coil.id):A2"]
    return diagram.wires.compactMap { wire in
      let other = ends.contains(wire.from) ? wire.to : ends.contains(wire.to) ? wire.from : nil
      guard let end = other.flatMap(end), end.device.id == module.id else { return nil }
      return end.mark
    }
  }

  func end(_ terminal: String) -> (device: Device, mark: String)? {
    guard let (id, mark) = WiringDiagram.parts(of: terminal),
      let device = diagram.devices.first(where: { $0.id == id })
    else { return nil }
    return (device, mark)
  }

  /// The conductor of a terminal in the main circuit, from 0; nil for another terminal.
  func pole(_ device: Device, _ mark: String) -> Int? {
    switch device.kind {
    case .supply, .welder:
      device.terminals.prefix(columns.count).firstIndex(of: mark)
    case .breaker, .residualCurrentDevice, .contactor:
      Int(mark).flatMap { (1...2 * columns.count).contains($0) ? ($0 - 1) / 2 : nil }
    default: nil
    }
  }

  /// The place of a terminal.
  func place(of device: Device, _ mark: String) -> Point {
    let inline = Self.inlineX
    if let pole = pole(device, mark), columns.indices.contains(pole), let mains = mains[device.kind] {
      let isUpper =
        switch device.kind {
        case .supply: false
        case .welder: true
        default: Int(mark).map { $0 % 2 == 1 } ?? true
        }
      return (columns[pole], isUpper ? mains.top : mains.bottom)
    }
    let contactor = mains[.contactor] ?? (0, 0)
    switch (device.kind, mark) {
    case (.supply, _): return (Self.earthX, mains[.supply]?.top ?? 0)
    case (.welder, "PE"): return (16, (mains[.welder]?.top ?? 0) + 16)
    case (.welder, _):
      let isFirst = device.terminals.dropFirst(columns.count + 1).first == mark
      return (isFirst ? 40 : 24, mains[.welder]?.bottom ?? 0)
    case (.contactor, "PE"): return (16, contactor.top + 6)
    case (.contactor, "A1"): return (inline + 5, coilY)
    case (.contactor, "A2"): return (inline - 5, coilY)
    case (.contactor, "13"): return (inline + 6, contactor.top)
    case (.contactor, _): return (inline + 6, contactor.bottom)
    case (.fuse, "1"): return (inline - 5, fuseY)
    case (.fuse, _): return (inline + 5, fuseY)
    case (.snubber, "1"): return (inline + 5, snubberY)
    case (.snubber, _): return (inline - 5, snubberY)
    case (.hallSensor, _), (.currentTransformer, _):
      let index = device.terminals.firstIndex(of: mark) ?? 0
      let arrives = markOfModule(at: "\(device.id):\(mark)").flatMap { rungs[$0] }
      return (72, arrives ?? sensorTop + Double(index) * Self.rung)
    case (.antenna, _), (.sealSwitch, _):
      let index = device.terminals.firstIndex(of: mark) ?? 0
      let above = markOfModule(at: "\(device.id):\(mark)").flatMap { moduleTops[$0] }
      return (above ?? 90 + 9 * Double(index), moduleTop - 10)
    case (.earth, _): return (Self.earthX, earthY)
    case (.module, _):
      if let x = moduleTops[mark] { return (x, moduleTop) }
      return (Self.moduleLeft, rungs[mark] ?? moduleBottom)
    default: return (inline, coilY)
    }
  }

  var fuseY: Double {
    marksOfModule(from: [.fuse]).compactMap { rungs[$0] }.first ?? coilY - Self.rung
  }

  /// The module's mark at the other end of the first wire that leads from a terminal to the module; nil where
  /// no wire does.
  private func markOfModule(at terminal: String) -> String? {
    for wire in diagram.wires where wire.from == terminal || wire.to == terminal {
      if let other = end(wire.from == terminal ? wire.to : wire.from), other.device.kind == .module {
        return other.mark
      }
    }
    return nil
  }
}
