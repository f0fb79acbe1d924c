import FoundationEssentials
import Records

/// Judges the object of a module's key: its JSON, the installation and the module that it names, its envelope,
/// which only the platform can open and which has to be base64 here, and the id of the key where it names one.
struct KeyCheck {
  /// The size of the largest object that is read, bytes.
  static let maxBytes = 65_536
  private static let maxSerialCharacters = 512

  let installation: InstallationID
  let moduleSerial: String

  /// Judges an object.
  /// - Throws: the first problem.
  init(_ bytes: [UInt8], keyID: String) throws(Finding.Problem) {
    let document: JSONValue
    do throws(JSONFault) { document = try JSONReader.value(of: bytes, maxBytes: Self.maxBytes) } catch {
      throw Finding.Problem(.keyObject, "json")
    }
    switch JSONAmbiguity(in: bytes) {
    case .none: break
    case .some(.keys): throw Finding.Problem(.ambiguous)
    case .some(.zero): throw Finding.Problem(.zero)
    }
    guard case .string(let id)? = document["installation"], let installation = InstallationID(id) else {
      throw Finding.Problem(.keyObject, "installation")
    }
    guard case .string(let serial)? = document["moduleSerial"], !serial.isEmpty,
      serial.unicodeScalars.count <= Self.maxSerialCharacters, Finding.shown(serial) == serial
    else { throw Finding.Problem(.keyObject, "moduleSerial") }
    guard case .string(let envelope)? = document["envelope"], let der = Data(base64Encoded: envelope),
      !der.isEmpty
    else { throw Finding.Problem(.keyObject, "envelope") }
    if let named = document["keyId"], named != .string(keyID) { throw Finding.Problem(.keyObject, "keyId") }
    self.installation = installation
    moduleSerial = serial
  }
}
