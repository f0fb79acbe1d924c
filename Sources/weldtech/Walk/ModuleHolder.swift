import Cryptography
import Fieldbook
import FoundationEssentials
import Provision
import Records
import Sync
import Terminal

/// The error that the module on the cable belongs to another welder, whose record is in force on this laptop or
/// on the platform.
struct ModuleInUse: Error {
  let serialNumber: String
  let holder: Installation
  /// Whether the record is another laptop's, so that only that laptop can repair its welder.
  let isElsewhere: Bool
}

extension Walk {
  /// What is known of the record that a module names as its own.
  enum ModuleClaim {
    /// No record in force claims the module.
    case free
    /// The platform could not be asked, and therefore cannot give a proof either.
    case notAsked
  }

  /// Checks, before anything is written to a module, that the module belongs to no other welder and was not
  /// taken out as dead. A module keeps the id of its record, which this laptop or the platform has.
  /// - Throws: `ModuleInUse`, `FieldbookError.moduleDead`, `InspectionRefused.recordUnreadable` where the platform has a record
  ///   that cannot be judged, `SyncError` where the platform answers with anything but the record.
  @discardableResult
  func claim(on module: ModuleIdentity, by own: InstallationID) throws -> ModuleClaim {
    if let dead = try fieldbook.installation(withDeadModule: module.serialNumber) {
      throw FieldbookError.moduleDead(serialNumber: module.serialNumber, dead)
    }
    guard module.keyID != nil, let id = module.installation.flatMap({ InstallationID($0) }), id != own else {
      return .free
    }
    do {
      let holder = try fieldbook.installation(id)
      if holder.holds(module.serialNumber) {
        throw ModuleInUse(serialNumber: module.serialNumber, holder: holder, isElsewhere: false)
      }
      return .free
    } catch FieldbookError.notFound {
      return try claimOnPlatform(module, id)
    }
  }

  private func claimOnPlatform(_ module: ModuleIdentity, _ id: InstallationID) throws -> ModuleClaim {
    guard let client = try? workplace.platformClient(exchangeTimeout: .seconds(15)) else { return .notAsked }
    let body: Data
    do throws(SyncError) {
      guard let answer = try client.installation(id) else { return .free }
      body = answer
    } catch {
      switch error {
      // After one wait in vain, the user does not wait for the platform again to get a proof.
      case .unreachable, .timedOut, .interrupted: return .notAsked
      default: throw error
      }
    }
    guard let remote = try? RemoteRecord(body, sha256: SHA256Digest(of: body).hex, of: id) else {
      throw InspectionRefused.recordUnreadable(id)
    }
    let holder = remote.installation
    if holder.retiredModules?.contains(where: { $0.serialNumber == module.serialNumber && $0.isDead }) == true {
      throw FieldbookError.moduleDead(serialNumber: module.serialNumber, id)
    }
    if holder.holds(module.serialNumber) {
      throw ModuleInUse(serialNumber: module.serialNumber, holder: holder, isElsewhere: true)
    }
    return .free
  }
}

extension Installation {
  /// Whether the module, which names this record, is not free for another welder. It is free where the record
  /// is void, refused or retired, and where it was taken out of this welder and not fitted again.
  fileprivate func holds(_ serialNumber: String) -> Bool {
    switch status {
    case .void, .refused, .retired: return false
    case .surveyed, .open, .closed, .delivered, .outOfUse:
      return retiredModules?.contains { $0.serialNumber == serialNumber } != true
        || module?.serialNumber == serialNumber
    }
  }
}

extension ModuleInUse: Explained {
  var failure: Failure {
    let plate = holder.code?.description ?? String(holder.id.text.prefix(8))
    let unit = holder.owner.unitName.text
    return Failure(
      code: "provision.pair.bound",
      message: Text(
        zh: "模块 \(serialNumber) 是另一台焊机的：标牌 \(plate)，\(unit)",
        en: "module \(serialNumber) is another welder's: label \(plate), \(unit)"),
      hint: hint(plate))
  }

  private func hint(_ plate: String) -> Text {
    let wrong = Text(zh: "检查是不是接错了模块", en: "check which module is on the cable")
    let taken =
      isElsewhere
      ? Text(
        zh: "确实要换到这台焊机上，先在装那台焊机的电脑上把模块换下来并上传",
        en:
          "where it does belong here, the laptop that installed that welder takes it out in a repair first, and delivers that"
      )
      : Text(
        zh: "确实要换到这台焊机上，先维修那台焊机，把模块换下来：weldtech repair \(plate)",
        en: "where it does belong here, a repair of that welder takes it out first: weldtech repair \(plate)")
    return Text(zh: "\(wrong.zh)；\(taken.zh)", en: "\(wrong.en); \(taken.en)")
  }
}
