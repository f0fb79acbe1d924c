import Drawing
import Records

// The symbols are those of IEC 60617 (GB/T 4728). A contact is a blade at an angle. A cross marks a breaker, an
// arc a contactor, and a plunger a switch that is pressed.

extension DiagramLayout {
  /// The drawing of a device: its symbol, its terminals with their marks, and its words.
  func group(of device: Device) -> Figure.Group {
    let words = table.words(of: device)
    var pen = Pen("device-\(device.id)", "\(device.id) \(words)", scale: scale, typesetter: typesetter)
    switch device.kind {
    case .supply: supply(device, words, &pen)
    case .breaker, .residualCurrentDevice: switchgear(device, words, &pen)
    case .contactor: contactor(device, words, &pen)
    case .fuse: fuse(device, words, &pen)
    case .snubber: snubber(device, &pen)
    case .module: module(device, &pen)
    case .welder: welder(device, words, &pen)
    case .hallSensor, .currentTransformer: sensor(device, words, &pen)
    case .antenna: antenna(device, words, &pen)
    case .sealSwitch: sealSwitch(device, words, &pen)
    case .earth: earth(device, words, &pen)
    }
    return pen.group
  }

  var table: DiagramTable { DiagramTable(scheme: scheme, diagram: diagram, language: language) }

  private func terminal(_ point: Point, _ pen: inout Pen) { pen.circle(point, radius: 0.9) }

  /// Draws the blade between the terminals of a contact, in the open position.
  private func blade(_ top: Point, _ bottom: Point, _ pen: inout Pen) {
    let middle = (top.y + bottom.y) / 2
    pen.line([(top.x, top.y), (top.x, middle - 3)])
    pen.line([(bottom.x, bottom.y), (bottom.x, middle + 3), (bottom.x - 3, middle - 2.6)])
  }

  // MARK: - The main circuit

  private func supply(_ device: Device, _ words: String, _ pen: inout Pen) {
    for mark in device.terminals {
      let at = place(of: device, mark)
      terminal(at, &pen)
      pen.text(mark, middle: at.x, at.y - 5.4, points: 9, isBold: true)
    }
    pen.text("\(device.id) \(words)", (columns.last ?? 0) + 5, 3)
  }

  private func switchgear(_ device: Device, _ words: String, _ pen: inout Pen) {
    guard let (top, bottom) = mains[device.kind] else { return }
    let middle = top + 6
    for (pole, x) in columns.enumerated() {
      blade((x, top), (x, top + 12), &pen)
      pen.line([(x, top + 12), (x, bottom)])
      if device.kind == .breaker {
        for sign in [-1.0, 1] { pen.line([(x - 1, middle - 3 - sign), (x + 1, middle - 3 + sign)]) }
      }
      for (y, mark) in [(top, 2 * pole + 1), (bottom, 2 * pole + 2)] {
        terminal((x, y), &pen)
        pen.text("\(mark)", endingAt: x - 1.4, y == top ? y - 0.2 : y - 3, points: 6.5)
      }
    }
    guard let first = columns.first, let last = columns.last else { return }
    pen.dashes((first - 1.4, middle), (last + 3, middle))
    if device.kind == .residualCurrentDevice {
      // The ring is the current transformer around all conductors; it detects the residual current when current
      // flows to earth.
      let ring = middle + 4.6
      var path = Path()
      let (left, right) = ((first - 2.2) * scale, (last + 2.2) * scale)
      let (upper, lower) = ((ring - 1) * scale, (ring + 1) * scale)
      let bend = 1.3 * scale
      path.move(x: left + bend, y: upper)
      path.line(x: right - bend, y: upper)
      path.curve(x1: right, y1: upper, x2: right, y2: lower, x: right - bend, y: lower)
      path.line(x: left + bend, y: lower)
      path.curve(x1: left, y1: lower, x2: left, y2: upper, x: left + bend, y: upper)
      pen.group.lines.append(.init(path: path, width: 0.35 * scale, colour: .black))
      pen.dashes((last + 3, middle), (last + 3, ring))
    }
    head(device, words, x: last + 5, y: middle - 4, &pen)
  }

  /// Writes the designation in bold, and the words below the designation.
  private func head(_ device: Device, _ words: String, x: Double, y: Double, _ pen: inout Pen) {
    let height = pen.text(device.id, x, y, points: 9.5, isBold: true)
    pen.text(words, x, y + height, points: 9)
  }

  private func contactor(_ device: Device, _ words: String, _ pen: inout Pen) {
    guard let (top, bottom) = mains[.contactor], let last = columns.last, let first = columns.first else {
      return
    }
    let middle = (top + bottom) / 2
    let inline = Self.inlineX
    for (pole, x) in columns.enumerated() {
      blade((x, top), (x, bottom), &pen)
      // The arc at the fixed contact marks a contactor.
      var arc = Path()
      arc.move(x: x * scale, y: (middle - 3) * scale)
      arc.curve(
        x1: (x + 1.6) * scale, y1: (middle - 3) * scale, x2: (x + 1.6) * scale, y2: (middle - 5) * scale,
        x: x * scale,
        y: (middle - 5) * scale)
      pen.group.lines.append(.init(path: arc, width: 0.35 * scale, colour: .black))
      for (y, mark) in [(top, 2 * pole + 1), (bottom, 2 * pole + 2)] {
        terminal((x, y), &pen)
        pen.text("\(mark)", endingAt: x - 1.4, y == top ? y - 0.2 : y - 3, points: 6.5)
      }
    }
    let protective = place(of: device, "PE")
    terminal(protective, &pen)
    pen.text("PE", middle: protective.x, protective.y + 1.2, points: 6.5)
    // The auxiliary contact closes together with the main contacts.
    blade((inline + 6, top), (inline + 6, bottom), &pen)
    for (y, mark) in [(top, "13"), (bottom, "14")] {
      terminal((inline + 6, y), &pen)
      pen.text(mark, endingAt: inline + 4.6, y == top ? y - 0.2 : y - 3, points: 6.5)
    }
    // The dashes are the mechanical connection from the coil to all contacts.
    pen.line([(inline - 5, coilY), (inline + 5, coilY)])
    pen.box(inline - 3, coilY - 2, 6, 4)
    for (x, mark) in [(inline - 5, "A2"), (inline + 5, "A1")] {
      terminal((x, coilY), &pen)
      pen.text(mark, middle: x, coilY + 1, points: 6.5)
    }
    pen.dashes((inline, coilY + 2), (inline, middle))
    pen.dashes((first - 1.4, middle), (inline + 4.6, middle))
    head(device, words, x: last + 3, y: middle + 0.8, &pen)
  }

  private func welder(_ device: Device, _ words: String, _ pen: inout Pen) {
    guard let (top, bottom) = mains[.welder] else { return }
    let right = max(48, (columns.last ?? 40) + 8)
    pen.box(16, top, right - 16, bottom - top)
    for mark in device.terminals.prefix(columns.count) {
      let at = place(of: device, mark)
      terminal(at, &pen)
      pen.text(mark, middle: at.x, at.y + 1, points: 7.5)
    }
    let protective = place(of: device, "PE")
    terminal(protective, &pen)
    pen.text("PE", 17.4, protective.y - 1.8, points: 7.5)
    pen.text("\(device.id) \(words)", middle: (16 + right) / 2 + 2, top + 8, points: 9.5, isBold: true)
    let cables = language == .zh ? ["焊枪（焊钳）", "工件"] : ["torch", "workpiece"]
    for (index, mark) in device.terminals.dropFirst(columns.count + 1).enumerated() {
      let at = place(of: device, mark)
      pen.line([at, (at.x, at.y + 16)], width: 0.7)
      terminal(at, &pen)
      pen.text(mark, middle: at.x, at.y - 5, points: 8.5)
      pen.text(cables[min(index, 1)], middle: at.x, at.y + 16.5, points: 8)
    }
  }

  private func earth(_ device: Device, _ words: String, _ pen: inout Pen) {
    let (x, y) = place(of: device, "PE")
    pen.line([(x, y), (x, y + 2)])
    for (index, half) in [3.5, 2.3, 1.1].enumerated() {
      pen.line([(x - half, y + 2 + 1.2 * Double(index)), (x + half, y + 2 + 1.2 * Double(index))])
    }
    terminal((x, y), &pen)
    pen.text("\(device.id) \(words)", x + 5, y + 1.6)
  }

  // MARK: - The control circuit

  private func fuse(_ device: Device, _ words: String, _ pen: inout Pen) {
    let (y, inline) = (fuseY, Self.inlineX)
    pen.box(inline - 3, y - 1.2, 6, 2.4)
    pen.line([(inline - 5, y), (inline + 5, y)])
    for (x, mark) in [(inline - 5, "1"), (inline + 5, "2")] {
      terminal((x, y), &pen)
      pen.text(mark, middle: x, y + 1, points: 6.5)
    }
    pen.text("\(device.id) \(words)", middle: inline, y - 5.2, points: 8)
  }

  private func snubber(_ device: Device, _ pen: inout Pen) {
    let (y, inline) = (snubberY, Self.inlineX)
    pen.line([(inline - 5, y), (inline + 5, y)])
    pen.box(inline - 3, y - 1.6, 6, 3.2)
    pen.text("RC", middle: inline, y - 1.7, points: 7)
    for x in [inline - 5, inline + 5] { terminal((x, y), &pen) }
    pen.text(device.id, inline + 7, y - 2, points: 8)
  }

  private func module(_ device: Device, _ pen: inout Pen) {
    let (left, right) = (Self.moduleLeft, Self.moduleRight)
    pen.box(left, moduleTop, right - left, moduleBottom - moduleTop)
    for mark in device.terminals {
      let at = place(of: device, mark)
      terminal(at, &pen)
      if moduleTops[mark] != nil {
        pen.text(mark, middle: at.x, at.y + 1.2, points: 8)
      } else {
        pen.text(mark, at.x + 1.8, at.y - 1.9, points: 8)
      }
    }
    var y = moduleTop + 9
    y += pen.text(device.id, left + 12, y, points: 9.5, isBold: true)
    y += pen.text(table.words(of: device), left + 12, y, points: 8.5, width: 17)
    pen.text(scheme.moduleModel, left + 12, y + 1, points: 7.5, width: 17)
  }

  private func sensor(_ device: Device, _ words: String, _ pen: inout Pen) {
    guard let welder = diagram.device(.welder),
      let output = welder.terminals.dropFirst(columns.count + 1).first,
      let mains = mains[.welder]
    else { return }
    let cable = place(of: welder, output)
    let ys = device.terminals.map { place(of: device, $0).y }
    let top = (ys.min() ?? sensorTop) - 3
    let bottom = max((ys.max() ?? sensorTop) + 3, top + 16)
    let ring = (x: cable.x, y: mains.bottom + 9)
    pen.circle(ring, radius: 2.6, isPaper: false)
    pen.line([(ring.x + 2.6, ring.y), (51, ring.y)])
    pen.box(51, top, 21, bottom - top)
    for (mark, y) in zip(device.terminals, ys) {
      terminal((72, y), &pen)
      pen.text(mark, endingAt: 70.6, y - 1.9, points: 8)
    }
    let height = pen.text(device.id, 52, top + 1, points: 9.5, isBold: true)
    pen.text(words, 52, top + 1 + height, points: 8, width: 15)
  }

  private func antenna(_ device: Device, _ words: String, _ pen: inout Pen) {
    let (x, y) = place(of: device, "1")
    pen.line([(x, y), (x, y - 7)])
    pen.line([(x - 2.6, y - 7), (x, y - 3.6), (x + 2.6, y - 7)])
    terminal((x, y), &pen)
    pen.text("\(device.id)", middle: x, y - 15.6, points: 9, isBold: true)
    pen.text(words, middle: x, y - 11.6, points: 8)
  }

  private func sealSwitch(_ device: Device, _ words: String, _ pen: inout Pen) {
    let (left, right) = (place(of: device, "1"), place(of: device, "2"))
    guard right.x > left.x else { return }
    let middle = (left.x + right.x) / 2
    let y = left.y - 3.4
    // The contact is drawn closed, as it is while the case presses on the plunger.
    pen.line([left, (left.x, y), (left.x + 2.2, y)])
    pen.line([right, (right.x, y), (right.x - 2.4, y), (left.x + 2, y - 1)])
    pen.line([(middle, y - 0.6), (middle, y - 3.4)])
    pen.line([(middle - 1.6, y - 3.4), (middle + 1.6, y - 3.4)], width: 0.6)
    terminal(left, &pen)
    terminal(right, &pen)
    pen.text("\(device.id)", middle: middle, left.y - 15.6, points: 9, isBold: true)
    pen.text(words, middle: middle, left.y - 11.6, points: 8)
  }
}
