import FoundationEssentials
import Records

extension Walk {
  struct Registered {
    var installation: Installation
    /// Nil for a retired welder.
    var scheme: InstallationScheme?
  }

  /// Opens an installation: chooses the scheme, takes a code, keeps the record.
  /// - Parameter code: of a label from stock; nil takes the next of this laptop's block.
  func register(_ registration: Registration, code: LabelCode?, photos: [String]) throws -> Registered {
    let technician = try technician()
    let isRetired = registration.welder.condition == .retired
    let scheme = isRetired ? nil : try workplace.catalogue().scheme(for: registration.welder)
    let kept = try photos.map { try photo(stage: .before, file: $0) }
    if !isRetired, code == nil { try workplace.fetchCodesIfExhausted() }
    let event = InstallationEvent.Registered(
      technician: technician, owner: registration.owner, welder: registration.welder, code: code,
      scheme: scheme.map { SchemeReference(name: $0.name, version: $0.version) },
      retiredReason: registration.retiredReason, remarks: registration.remarks)
    let installation = try fieldbook.open(InstallationID(UUID()), event, photos: kept, at: now())
    return Registered(installation: installation, scheme: scheme)
  }
}
