import Cryptography
import Records
import Terminal

/// The facts about the seal that `setup` and `status` show.
struct SealView: Encodable {
  /// The subject of the certificate, as RFC 4514 writes it.
  var subject: String
  var issuer: String
  /// SHA-256 of the certificate's DER, lower-case hex.
  var certificateSha256: String
  var firstDay: CalendarDay
  var lastDay: CalendarDay
  /// Whether this laptop made the certificate itself, so that nobody else vouches for it.
  var selfIssued: Bool

  init(_ identity: SealIdentity, clock: any Clock) {
    let certificate = identity.certificate
    let days = certificate.days(in: clock)
    subject = certificate.subject
    issuer = certificate.issuer
    certificateSha256 = certificate.fingerprint
    (firstDay, lastDay) = (days.from, days.until)
    selfIssued = identity.isSelfIssued
  }

  /// The line about the seal; nil stands for a laptop that has not sealed yet.
  static func line(_ view: SealView?) -> Text {
    guard let view else {
      return Text(
        zh: "还没有，第一次签字时由本机自签，没有人担保", en: "none yet: the first signature makes one for which nobody vouches")
    }
    if view.selfIssued {
      return Text(
        zh: "本机自签，没有人担保  \(view.subject)", en: "self-issued, nobody vouches for it  \(view.subject)")
    }
    return Text(
      zh: "\(view.subject)，\(view.issuer) 签发，有效期至 \(view.lastDay)",
      en: "\(view.subject), issued by \(view.issuer), until \(view.lastDay)")
  }
}

extension Workplace {
  /// The seal with which this laptop seals documents; nil where this laptop has not sealed yet.
  /// - Throws: `SealRefused.damaged`.
  func sealView() throws -> SealView? { try sealStore.identity().map { SealView($0, clock: clock) } }

  /// The finding about the certificate of the seal that was set up: that it has ended or ends soon; nil where
  /// there is none to report.
  /// - Throws: `SealRefused.damaged`.
  func sealFinding() throws -> HealthFinding? {
    guard let certificate = try sealStore.setUp()?.certificate else { return nil }
    let days = certificate.days(in: clock)
    let now = clock.now()
    guard certificate.validity.contains(now) else {
      return .sealEnded(SealRefused.notValid(from: days.from, until: days.until, today: now.day))
    }
    let left = days.until.daysSince1970 - now.day.daysSince1970
    return left <= DueDate.daysOfWarning ? .sealExpires(days.until) : nil
  }
}
