import Characters

/// What a welder's model name says by GB/T 10249-2010 (《电焊机型号编制方法》) and by the words that makers use beside it.
///
/// ```
/// ZX7-315   Z rectifier, X drooping, 7 inverter       315 A
/// BX1-500   B transformer, X drooping                 500 A
/// NBC-350   N metal electrode with gas, B by hand     350 A
/// WSM-400   W tungsten electrode with gas             400 A
/// LGK-100   L plasma, G cutting                       100 A
/// DN-25     D spot                                    25 kVA
/// ```
public struct WelderModelName: Hashable, Sendable {
  public let weldingProcess: WeldingProcess
  /// The kind of power source; nil where the name leaves it open.
  public let sourceType: SourceType?
  /// The rated current of the arc in amperes, 10 to 3000; nil where the name has none.
  public let ratedAmps: Int?

  /// Reads a model name; nil where it follows no rule that is known here.
  public init?(_ model: String) {
    let name = TextNormalization.typed(model).uppercased().filter { !$0.isWhitespace }
    let letters = name.prefix { $0.isASCII && $0.isLetter }
    guard !letters.isEmpty,
      let (process, source) = Self.kind(of: String(letters), series: name.dropFirst(letters.count))
    else { return nil }
    weldingProcess = process
    sourceType = source
    // A spot welder is rated by its power.
    ratedAmps = process == .spot ? nil : Self.amps(in: name.dropFirst(letters.count))
  }

  private static func kind(of letters: String, series: Substring) -> (WeldingProcess, SourceType?)? {
    switch letters {
    case "ZX": return (.manualArc, series.first == "7" ? .inverter : .dc)
    case "BX": return (.manualArc, .ac)
    case "ZXG", "AX": return (.manualArc, .dc)
    case "ARC", "MMA": return (.manualArc, nil)
    case "WSJ": return (.tig, .ac)
    case "WS", "WSM", "WSE", "WSME", "TIG": return (.tig, nil)
    case "NB", "NBC", "NBM", "MIG", "MAG": return (.mig, nil)
    case "LG", "LGK", "CUT": return (.plasma, nil)
    case "DN", "DNZ", "DTN", "DZ": return (.spot, nil)
    default: return nil
    }
  }

  /// The number behind the hyphen, or the only number; nil where it is outside 10 to 3000.
  private static func amps(in rest: Substring) -> Int? {
    let behind =
      rest.firstIndex(where: TextNormalization.isHyphen).map { rest[rest.index(after: $0)...] } ?? rest
    let digits = behind.prefix { $0.isASCII && $0.isNumber }
    guard let amps = Int(digits), (10...3_000).contains(amps) else { return nil }
    return amps
  }
}
