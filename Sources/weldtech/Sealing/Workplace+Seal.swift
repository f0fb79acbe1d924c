import Cryptography
import Records

extension Workplace {
  var sealStore: SealStore { SealStore(home: home) }

  /// The key that this laptop seals with. Where none was set up, one is made on first use whose certificate
  /// only this laptop has signed.
  /// - Throws: `SealRefused`, `CryptographyError`, and the errors of the home.
  func sealIdentity() throws -> SealIdentity {
    let identity = try sealStore.identity() ?? makeSelfIssued()
    try check(identity)
    return identity
  }

  /// Checks before anybody signs that the certificate of the seal is valid now. No key is made.
  /// - Throws: `SealRefused`.
  func checkSeal() throws {
    if let identity = try sealStore.identity() { try check(identity) }
  }

  private func check(_ identity: SealIdentity) throws {
    let now = clock.now()
    guard identity.certificate.validity.contains(now) else {
      let days = identity.certificate.days(in: clock)
      throw SealRefused.notValid(from: days.from, until: days.until, today: now.day)
    }
  }

  private func makeSelfIssued() throws -> SealIdentity {
    let made = try SealIdentity.selfIssued(SealKey.generate(), subject: sealSubject())
    // The folder `seal` is in the fieldbook's home, and opening the fieldbook makes the home.
    _ = try fieldbook()
    try sealStore.keepSelfIssued(made)
    return made
  }

  /// The name in the certificate of this laptop's seal: the company, and its technician or itself.
  /// - Throws: `SetupMissing.setup`.
  func sealSubject() throws -> SealSubject {
    let setup = try fieldbook().setup()
    guard let company = setup.technician?.company ?? setup.inspector?.company ?? setup.company else {
      throw SetupMissing.setup
    }
    return SealSubject(
      organization: company.text,
      commonName: setup.technician?.name.full ?? setup.inspector?.name.full ?? company.text)
  }
}

extension Certificate.Validity {
  func contains(_ moment: Timestamp) -> Bool {
    from <= moment.secondsSince1970 && moment.secondsSince1970 <= until
  }
}

extension Certificate {
  /// The first and the last day on which the certificate holds, by the laptop's time zone.
  func days(in clock: any Clock) -> (from: CalendarDay, until: CalendarDay) {
    let validity = validity
    return (clock.moment(validity.from).day, clock.moment(validity.until).day)
  }
}
