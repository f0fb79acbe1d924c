import Drawing
import Records

extension DiagramLayout {
  /// The drawing of a wire: its line, its number (from 1), and a dot where the wire leaves another one. The
  /// drawing is empty where an end of the wire names no device.
  func group(ofWire number: Int, _ wire: WiringDiagram.Wire, table: DiagramTable) -> Figure.Group {
    var pen = Pen("wire-\(number)", table.words(ofWire: number, wire), scale: scale, typesetter: typesetter)
    guard let from = end(wire.from), let to = end(wire.to) else { return pen.group }
    let width = diagram.isOfMainCircuit(wire) ? 0.7 : 0.4
    let route = route(from, to)
    pen.line(route.points, width: width, colour: wire.colour.shown)
    for dot in route.dots { pen.circle(dot, radius: 0.8, isFilled: true) }
    pen.text("\(number)", route.number.x, route.number.y, points: 7.5)
    return pen.group
  }

  private typealias End = (device: Device, mark: String)

  private struct Route {
    var points: [Point]
    var dots: [Point] = []
    /// The top left of the wire's number.
    var number: Point
  }

  private func route(_ from: End, _ to: End) -> Route {
    let (start, finish) = (place(of: from.device, from.mark), place(of: to.device, to.mark))
    if to.device.kind == .earth { return earthed(from, start) }
    if from.device.kind == .earth { return earthed(to, finish) }
    let (fromPole, toPole) = (pole(from.device, from.mark), pole(to.device, to.mark))
    // A conductor of the main circuit goes straight down.
    if fromPole != nil, fromPole == toPole, start.y != finish.y {
      let top = min(start.y, finish.y)
      // The wire numbers below the contactor are set lower, to leave room for its text.
      let isBelowContactor = top == mains[.contactor]?.bottom
      return Route(points: [start, finish], number: (start.x + 0.8, top + (isBelowContactor ? 4.6 : 1)))
    }
    // A wire that leaves the main circuit starts there at the height of its other end.
    if fromPole != nil, toPole == nil { return tapped(start, finish) }
    if toPole != nil, fromPole == nil { return tapped(finish, start) }
    if start.x == finish.x {
      // The wire is vertical: it leads from an antenna or a switch down to the module, or from the snubber to
      // the coil.
      let middle = (start.y + finish.y) / 2
      let isLeftOfCoil = start.x < Self.inlineX
      return Route(points: [start, finish], number: (start.x + (isLeftOfCoil ? -4.4 : 0.8), middle - 2))
    }
    let (left, right) = start.x < finish.x ? (start, finish) : (finish, start)
    if left.y == right.y {
      let isLong = right.x - left.x > 14
      return Route(
        points: [left, right], number: (isLong ? Self.moduleLeft - 9 : (left.x + right.x) / 2 - 1, left.y - 3.9)
      )
    }
    let lane = (left.x + right.x) / 2
    return Route(
      points: [left, (lane, left.y), (lane, right.y), right], number: (right.x - 9, right.y - 3.9))
  }

  private func tapped(_ main: Point, _ other: Point) -> Route {
    let tap = (x: main.x, y: other.y)
    let isInline = other.x < Self.moduleLeft
    return Route(
      points: [main, tap, other], dots: [tap],
      number: (isInline ? 47 : Self.moduleLeft - 9, other.y - 3.9))
  }

  /// The route of a protective conductor to the earth stud. It joins the conductor that comes from the supply,
  /// with a dot where they meet.
  private func earthed(_ end: End, _ start: Point) -> Route {
    let x = Self.earthX
    if start.x == x { return Route(points: [start, (x, earthY)], number: (x + 0.8, start.y + 3)) }
    return Route(
      points: [start, (x, start.y), (x, earthY)], dots: [(x, start.y)], number: (x + 2.2, start.y - 3.9))
  }
}

extension WiringDiagram.Colour {
  /// The colour on a screen, dark enough on white.
  var shown: Canvas.Colour {
    switch self {
    case .yellow: Canvas.Colour(red: 0.78, green: 0.6, blue: 0)
    case .green: Canvas.Colour(red: 0.1, green: 0.55, blue: 0.2)
    case .red: Canvas.Colour(red: 0.8, green: 0.1, blue: 0.1)
    case .lightBlue: Canvas.Colour(red: 0.15, green: 0.5, blue: 0.8)
    case .yellowGreen: Canvas.Colour(red: 0.45, green: 0.6, blue: 0)
    case .black, .coaxial: .black
    case .white: .grey(0.55)
    }
  }

  /// The word for the colour: a technician's word in Chinese, and the letters of IEC 60757 in English, except
  /// for a coaxial cable.
  func word(_ language: SchemeDiagram.Language) -> String {
    switch (self, language) {
    case (.yellow, .zh): "黄"
    case (.green, .zh): "绿"
    case (.red, .zh): "红"
    case (.lightBlue, .zh): "淡蓝"
    case (.yellowGreen, .zh): "黄绿"
    case (.black, .zh): "黑"
    case (.white, .zh): "白"
    case (.coaxial, .zh): "同轴电缆"
    case (.yellow, .en): "YE"
    case (.green, .en): "GN"
    case (.red, .en): "RD"
    case (.lightBlue, .en): "BU"
    case (.yellowGreen, .en): "GNYE"
    case (.black, .en): "BK"
    case (.white, .en): "WH"
    case (.coaxial, .en): "coaxial"
    }
  }
}
