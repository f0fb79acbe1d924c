import Cryptography
import ModuleCore
import Records

/// A thing that a paired module does only with an authority, as `docs/module-protocol.md` defines it.
enum AuthorizedDeed: Hashable {
  /// One update is uploaded and started: the SHA-256 of its file, 32 bytes, and its version, as `1.2.3`.
  case update(sha256: [UInt8], version: String)
  /// The chip's ROM bootloader is entered once.
  case bootloader

  /// The purpose of the proof that is requested for this deed.
  var purpose: ProofPurpose {
    switch self {
    case .update(let sha256, let version): .update(sha256: sha256, version: version)
    case .bootloader: .bootloader
    }
  }

  /// The name of this deed in records.
  var name: FlashAuthority.Deed {
    switch self {
    case .update: .update
    case .bootloader: .bootloader
    }
  }

  /// The proof by the module's own key, over a challenge of the module's.
  func proof(key: SecretKey, challenge: [UInt8], uniqueID: [UInt8]) -> [UInt8] {
    switch self {
    case .update(let sha256, let version):
      Authenticator.update(
        key: key.bytes, challenge: challenge, uniqueID: uniqueID, digest: sha256, version: version)
    case .bootloader:
      Authenticator.bootloader(key: key.bytes, challenge: challenge, uniqueID: uniqueID)
    }
  }
}

/// Gives the module the authority for one deed, by a proof over its outstanding challenge. The module accepts a
/// repeated request for an update like the first one. It refuses a repeated request for the bootloader, because
/// its challenge is used up by then.
struct AuthorizeRequest: ModuleGroupRequest {
  let deed: AuthorizedDeed
  let proof: [UInt8]

  static let name = ModuleRequest.authorize
  static let moduleCommand = ModuleCommand.authorize
  static let timeout = recordTimeout

  var fields: CBORMapWriter {
    var fields = CBORMapWriter()
    switch deed {
    case .update(let sha256, let version):
      fields.put(ModuleField.purpose, unsigned: UInt64(AuthorityPurpose.update.rawValue))
      fields.put(ModuleField.imageDigest, bytes: sha256)
      fields.put(ModuleField.offeredVersion, string: version)
    case .bootloader:
      fields.put(ModuleField.purpose, unsigned: UInt64(AuthorityPurpose.bootloader.rawValue))
    }
    fields.put(ModuleField.proof, bytes: proof)
    return fields
  }

  /// Reads the id of the key by which the module was convinced.
  func reply(_ fields: ReplyFields) throws(ReplyFault) -> String { try fields.keyID() }
}
