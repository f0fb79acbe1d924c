public import Records

/// The identity that a module states.
public struct ModuleIdentity: Hashable, Sendable {
  public let serialNumber: String
  public let chip: String
  /// The chip's unique id, 12 bytes.
  public let uniqueID: [UInt8]
  public let firmwareVersion: String
  /// SHA-256 of the running image, 32 bytes.
  public let imageSha256: [UInt8]
  public let imei: String?
  public let iccid: String?
  /// Id of the committed key, lower-case hex; nil where none is committed.
  public let keyID: String?
  /// Id of a key that was sent and not committed, lower-case hex; nil where there is none.
  public let pendingKeyID: String?
  /// The installation of the committed pairing, as it was written to the module.
  public let installation: String?
  public let boots: UInt64
  /// Number of openings of the seal switch that the module has seen.
  public let sealOpenings: UInt64
  public let history: ModuleHistory

  /// Whether the module takes an image, or enters its ROM bootloader, only with an authority: it is paired, and
  /// its firmware knows authorities, as every firmware since 0.2.0 does.
  public var asksForAuthority: Bool { keyID != nil && history.provenUpdates != nil }

  /// Whether a serial number or any other word of a module's is printable ASCII of 1 to 32 characters without a blank
  /// at either end, so that it can stand in a record, on a label and in a terminal as it is.
  public static func isPrintable(_ text: String) -> Bool {
    let bytes = text.utf8
    return (1...32).contains(bytes.count) && bytes.allSatisfy { (0x20...0x7e).contains($0) }
      && bytes.first != 0x20 && bytes.last != 0x20
  }
}

/// The counters that a module keeps of its starts, its openings and its keys.
public struct ModuleHistory: Hashable, Sendable {
  /// The count of `boots` when the module's settings were last written.
  public let bootsAtVisit: UInt64
  /// The count of `sealOpenings` when the module's settings were last written.
  public let sealOpeningsAtVisit: UInt64
  /// Number of resets by the watchdog since the module was made.
  public let watchdogResets: UInt64
  /// Number of replacements of the key with the case open and without a proof, since the module was made.
  public let serviceReplacements: UInt64
  /// Number of replacements of the key with a proof, since the module was made.
  public let provenReplacements: UInt64
  /// Id of the key before the last replacement, lower-case hex; nil where there was none.
  public let previousKeyID: String?
  /// Number of updates that were authorised with a proof, ever; nil for a firmware that knows no authorities.
  public let provenUpdates: UInt64?
  /// Number of times that the open case let updates in, ever; nil for a firmware that knows no authorities.
  public let serviceUpdates: UInt64?
  /// Number of entries into the ROM bootloader that were authorised with a proof, ever; nil for a firmware that knows no
  /// authorities.
  public let provenEntries: UInt64?
  /// Number of entries into the ROM bootloader that the open case let happen, ever; nil for a firmware that knows no
  /// authorities.
  public let serviceEntries: UInt64?

  /// The counts of what happened because the seal was open; nil for a firmware that knows no authorities.
  public var openSealCounts: OpenSealCounts? {
    guard let serviceUpdates, let serviceEntries else { return nil }
    return OpenSealCounts(updates: serviceUpdates, bootloaderEntries: serviceEntries)
  }
}

/// The readings that a module takes at one moment.
public struct ModuleReadings: Hashable, Sendable {
  /// Supply voltage, volts RMS.
  public let supplyVolts: Double
  public let weldingAmps: Double
  /// Whether the firmware commands the relay closed.
  public let relay: Bool
  /// Whether the feedback reports the contact closed.
  public let feedback: Bool
  public let sealClosed: Bool
  /// The time of the module's clock, seconds since 1970; nil where the clock was never set.
  public let time: UInt64?
  public let hasFix: Bool
  /// Latitude, degrees, north positive; meaningful only with a fix.
  public let latitude: Double
  /// Longitude, degrees, east positive; meaningful only with a fix.
  public let longitude: Double
  public let satellites: UInt64
  public let hasSIM: Bool
  public let isRegistered: Bool
  public let signalDBm: Int64
}

/// A fresh challenge for one start within 30 seconds.
public struct ModuleChallenge: Hashable, Sendable {
  /// The challenge's 16 bytes.
  public let bytes: [UInt8]
  /// The lowest counter that the module accepts.
  public let counter: UInt64
}
