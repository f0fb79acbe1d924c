import Drawing
import Records

/// The words of a diagram: what each device is, and each wire with its ends, cross-section and colour.
struct DiagramTable {
  let scheme: InstallationScheme
  let diagram: WiringDiagram
  let language: SchemeDiagram.Language

  // MARK: - Words

  func words(of device: WiringDiagram.Device) -> String {
    let amps = device.amps.map { " \(plain($0)) A" } ?? ""
    let isChinese = language == .zh
    switch device.kind {
    case .supply:
      let volts = plain(scheme.ratings.supplyVolts)
      return isChinese ? "电源 \(volts) V" : "mains \(volts) V"
    case .breaker: return (isChinese ? "断路器" : "breaker") + amps
    case .residualCurrentDevice:
      let trips = device.residualMilliamps.map { " \(plain($0)) mA" } ?? ""
      return (isChinese ? "漏电保护" : "residual current") + trips
    case .contactor: return (isChinese ? "接触器" : "contactor") + amps
    case .fuse: return (isChinese ? "熔断器" : "fuse") + amps
    case .snubber: return isChinese ? "阻容吸收" : "snubber"
    case .module: return isChinese ? "智能模块" : "module"
    case .welder: return isChinese ? "电焊机" : "welder"
    case .hallSensor: return isChinese ? "霍尔电流传感器" : "Hall sensor"
    case .currentTransformer: return isChinese ? "电流互感器" : "CT (current sensor)"
    case .antenna: return isChinese ? "天线" : "antenna"
    case .sealSwitch: return isChinese ? "封条开关" : "seal switch"
    case .earth: return isChinese ? "焊机接地螺栓" : "earth stud"
    }
  }

  func words(ofWire number: Int, _ wire: WiringDiagram.Wire) -> String {
    "\(number)  \(wire.from) – \(wire.to)  \(words(of: wire))"
  }

  private func words(of wire: WiringDiagram.Wire) -> String {
    let colour = wire.colour.word(language)
    return wire.squareMillimetres.map { "\(plain($0)) mm² \(colour)" } ?? colour
  }

  private func plain(_ value: Double) -> String {
    value == value.rounded() ? String(Int(value)) : String(value)
  }

  // MARK: - Laying out

  /// The distance between two lines at the scale of 1, millimetres.
  static let line = 4.9

  /// The table of the wires as a group in `columns` columns, and its height, millimetres at the scale of 1.
  func group(x: Double, y: Double, columns: Int, columnWidth: Double, scale: Double, typesetter: Typesetter)
    -> (group: Figure.Group, height: Double)
  {
    var pen = Pen("wires", language == .zh ? "接线表" : "wires", scale: scale, typesetter: typesetter)
    let title = language == .zh ? "接线表（线号、两端、截面、颜色）" : "Wires: number, ends, cross-section, colour"
    pen.text(title, x, y, points: 9.5, isBold: true)
    let rows = (diagram.wires.count + columns - 1) / max(1, columns)
    for (index, wire) in diagram.wires.enumerated() {
      let left = x + columnWidth * Double(index / max(1, rows))
      let top = y + 6 + Self.line * Double(index % max(1, rows))
      pen.text("\(index + 1)", endingAt: left + 4.4, top, points: 8.5)
      pen.text("\(wire.from) – \(wire.to)", left + 6, top, points: 8.5)
      pen.text(words(of: wire), left + 34, top, points: 8.5)
    }
    return (pen.group, 6 + Self.line * Double(rows))
  }
}
