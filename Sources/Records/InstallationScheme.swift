/// 技术方案: how a kind of welder is fitted, which module it gets, and the limits of its functional test. Each
/// scheme is one JSON file in `schemes/`.
public struct InstallationScheme: Hashable, Sendable, Codable {
  public struct Bilingual: Hashable, Sendable, Codable {
    public var zh: String
    public var en: String
  }

  /// A range with both ends inclusive; a missing end means no limit.
  public struct Limits: Hashable, Sendable, Codable {
    public var lower: Double?
    public var upper: Double?

    public init(lower: Double?, upper: Double?) {
      self.lower = lower
      self.upper = upper
    }

    public func contains(_ value: Double) -> Bool {
      value >= lower ?? -.infinity && value <= upper ?? .infinity
    }
  }

  /// The conditions on a welder for a scheme. A missing list admits every value.
  public struct Applicability: Hashable, Sendable, Codable {
    public var supply: [Supply]?
    public var weldingProcess: [WeldingProcess]?
    public var sourceType: [SourceType]?
    public var supplyMaxAmps: Limits?
    public var maxCurrentAmps: Limits?
    public var maxPowerKilowatts: Limits?
  }

  public struct Ratings: Hashable, Sendable, Codable {
    public var relayAmps: Double
    public var breakerAmps: Double
    public var supplyVolts: Double
    public var cableSquareMillimetres: Double
  }

  /// The approval of a scheme by a qualified electrician.
  public struct Approval: Hashable, Sendable, Codable {
    /// The electrician's name.
    public var name: String
    /// The number of the electrician's licence.
    public var number: String
    public var date: CalendarDay
  }

  public var name: String
  public var version: String
  public var title: Bilingual
  public var appliesTo: Applicability
  /// The steps of the wiring, in order.
  public var wiring: [Bilingual]
  public var ratings: Ratings
  public var moduleModel: String
  /// The name of the test plan in `schemes/plans/`.
  public var testPlan: String
  /// Limits that replace the test plan's own, by the name of the test step.
  public var testLimits: [String: Limits]
  /// The wiring as a drawing shows it; nil for a scheme that has none.
  public var diagram: WiringDiagram?
  /// The approval by a qualified electrician; nil for a draft.
  public var approval: Approval?

  /// A property of the welder that a scheme can restrict.
  public enum Property: String, Hashable, Sendable, CaseIterable {
    case supply, weldingProcess, sourceType, supplyMaxAmps, maxCurrentAmps, maxPowerKilowatts
  }

  /// The properties of `welder` that do not fit this scheme; empty where all fit.
  public func mismatches(with welder: Welder) -> [Property] {
    let property = appliesTo
    return Property.allCases.filter { name in
      switch name {
      case .supply: property.supply?.contains(welder.supply) == false
      case .weldingProcess: property.weldingProcess?.contains(welder.weldingProcess) == false
      case .sourceType: property.sourceType?.contains(welder.sourceType) == false
      case .supplyMaxAmps: property.supplyMaxAmps?.contains(welder.supplyMaxAmps) == false
      case .maxCurrentAmps: property.maxCurrentAmps?.contains(welder.maxCurrentAmps) == false
      case .maxPowerKilowatts:
        welder.maxPowerKilowatts.map { property.maxPowerKilowatts?.contains($0) == false } ?? false
      }
    }
  }

  /// The properties that this scheme restricts, which are the reasons for choosing it.
  public var conditions: [Property] {
    Property.allCases.filter { name in
      switch name {
      case .supply: appliesTo.supply != nil
      case .weldingProcess: appliesTo.weldingProcess != nil
      case .sourceType: appliesTo.sourceType != nil
      case .supplyMaxAmps: appliesTo.supplyMaxAmps != nil
      case .maxCurrentAmps: appliesTo.maxCurrentAmps != nil
      case .maxPowerKilowatts: appliesTo.maxPowerKilowatts != nil
      }
    }
  }

  /// Chooses, among the schemes that fit, the one with the most conditions, and among equals the first by name.
  /// - Throws: `NoSchemeFits`, with the unmet conditions of each scheme.
  public static func choose(for welder: Welder, among schemes: [InstallationScheme]) throws(NoSchemeFits)
    -> InstallationScheme
  {
    let sorted = schemes.sorted { $0.name < $1.name }
    let fitting = sorted.filter { $0.mismatches(with: welder).isEmpty }
    guard let most = fitting.map(\.conditions.count).max(),
      let chosen = fitting.first(where: { $0.conditions.count == most })
    else {
      throw NoSchemeFits(
        mismatches: sorted.map { .init(scheme: $0.name, properties: $0.mismatches(with: welder)) })
    }
    return chosen
  }
}

/// The error that no installation scheme fits this welder.
public struct NoSchemeFits: Error, Hashable, Sendable {
  public struct Mismatch: Hashable, Sendable {
    public let scheme: String
    public let properties: [InstallationScheme.Property]
  }

  public let mismatches: [Mismatch]
}
