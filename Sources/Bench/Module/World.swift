/// The surroundings of a simulated module: the quantities that its sensors measure, and its broken parts.
public struct World: Codable, Hashable, Sendable {
  /// The state of the relay's contact.
  public enum Contact: String, Codable, Hashable, Sendable, CaseIterable {
    case sound
    /// The contact is welded together: closed whatever the coil does.
    case welded
    /// The feedback wire is off: the contact is reported open in every state.
    case unwired
  }

  /// Supply at the module's terminals, volts RMS.
  public var supplyVolts: Double
  public var contact: Contact
  /// Reading of the current sensor with no current, amperes.
  public var zeroOffsetAmps: Double
  /// Drift of the zero offset after power-up, amperes a minute.
  public var zeroDriftAmpsPerMinute: Double
  /// Current that flows while the contact is closed, amperes.
  public var weldingAmps: Double
  public var sealClosed: Bool
  /// Error of the module's clock against the time that it was set to, seconds.
  public var clockErrorSeconds: Int
  /// Whether the clock can be set at all.
  public var clockRuns: Bool
  /// Whether the clock goes on while the module has no power.
  public var clockHasBattery: Bool
  public var hasFix: Bool
  /// Latitude, degrees, WGS 84.
  public var latitude: Double
  /// Longitude, degrees, WGS 84.
  public var longitude: Double
  public var satellites: Int
  /// Whether a modem answers at all.
  public var hasModem: Bool
  public var hasSIM: Bool
  public var isRegistered: Bool
  public var signalDBm: Int
  /// Whether the random number generator passes its own checks.
  public var randomWorks: Bool
  /// Whether the chip's flash controller works at all; without it a write has no effect and reports no error.
  public var hasFlashController: Bool
  /// Whether the chip's converter ever finishes a measurement.
  public var converterWorks: Bool
  /// Whether crystal and PLL ever start. Only an executed chip uses it.
  public var fastClockStarts: Bool

  /// Makes a sound module on a sound single-phase supply in Shulinzhao, Dalad Banner, unless told otherwise.
  public init(
    supplyVolts: Double = 230, contact: Contact = .sound, zeroOffsetAmps: Double = 0,
    zeroDriftAmpsPerMinute: Double = 0, weldingAmps: Double = 0, sealClosed: Bool = true,
    clockErrorSeconds: Int = 0, clockRuns: Bool = true, clockHasBattery: Bool = true,
    hasFix: Bool = true, latitude: Double = 40.41, longitude: Double = 110.03, satellites: Int = 9,
    hasModem: Bool = true, hasSIM: Bool = true,
    isRegistered: Bool = true, signalDBm: Int = -71, randomWorks: Bool = true,
    hasFlashController: Bool = true, converterWorks: Bool = true, fastClockStarts: Bool = true
  ) {
    self.supplyVolts = supplyVolts
    self.contact = contact
    self.zeroOffsetAmps = zeroOffsetAmps
    self.zeroDriftAmpsPerMinute = zeroDriftAmpsPerMinute
    self.weldingAmps = weldingAmps
    self.sealClosed = sealClosed
    self.clockErrorSeconds = clockErrorSeconds
    self.clockRuns = clockRuns
    self.clockHasBattery = clockHasBattery
    self.hasFix = hasFix
    self.latitude = latitude
    self.longitude = longitude
    self.satellites = satellites
    self.hasModem = hasModem
    self.hasSIM = hasSIM
    self.isRegistered = isRegistered
    self.signalDBm = signalDBm
    self.randomWorks = randomWorks
    self.hasFlashController = hasFlashController
    self.converterWorks = converterWorks
    self.fastClockStarts = fastClockStarts
  }

  /// A sound module on a sound single-phase supply.
  public static let singlePhase = World()
  /// A sound module between two lines of a three-phase supply.
  public static let threePhase = World(supplyVolts: 400)
  /// The few devices that QEMU's STM32F405 has: pins read low, the other serial lines are silent, and most of
  /// the chip's own peripherals are missing.
  public static let qemu = World(
    contact: .unwired, sealClosed: false, clockRuns: false, hasFix: false, satellites: 0, hasModem: false,
    hasSIM: false, isRegistered: false, randomWorks: false, hasFlashController: false, converterWorks: false,
    fastClockStarts: false)

  /// Reads a world from JSON, in which every key is optional and has a default.
  /// - Throws: `UnknownField`, `DecodingError`.
  public init(from decoder: any Decoder) throws {
    try decoder.refuseFields(besides: CodingKeys.self)
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func value<Value: Decodable>(_ key: CodingKeys, _ otherwise: Value) throws -> Value {
      try values.decodeIfPresent(Value.self, forKey: key) ?? otherwise
    }
    let sound = World()
    self.init(
      supplyVolts: try value(.supplyVolts, sound.supplyVolts), contact: try value(.contact, sound.contact),
      zeroOffsetAmps: try value(.zeroOffsetAmps, sound.zeroOffsetAmps),
      zeroDriftAmpsPerMinute: try value(.zeroDriftAmpsPerMinute, sound.zeroDriftAmpsPerMinute),
      weldingAmps: try value(.weldingAmps, sound.weldingAmps),
      sealClosed: try value(.sealClosed, sound.sealClosed),
      clockErrorSeconds: try value(.clockErrorSeconds, sound.clockErrorSeconds),
      clockRuns: try value(.clockRuns, sound.clockRuns),
      clockHasBattery: try value(.clockHasBattery, sound.clockHasBattery),
      hasFix: try value(.hasFix, sound.hasFix),
      latitude: try value(.latitude, sound.latitude), longitude: try value(.longitude, sound.longitude),
      satellites: try value(.satellites, sound.satellites), hasModem: try value(.hasModem, sound.hasModem),
      hasSIM: try value(.hasSIM, sound.hasSIM),
      isRegistered: try value(.isRegistered, sound.isRegistered),
      signalDBm: try value(.signalDBm, sound.signalDBm),
      randomWorks: try value(.randomWorks, sound.randomWorks),
      hasFlashController: try value(.hasFlashController, sound.hasFlashController),
      converterWorks: try value(.converterWorks, sound.converterWorks),
      fastClockStarts: try value(.fastClockStarts, sound.fastClockStarts))
  }
}
