import Cryptography
import Fieldbook
import Files
import FoundationEssentials

/// The keys by which this laptop seals, in the folder `seal` of the home. Each file is PEM, readable by its
/// owner only, and replaced as a whole or not at all, so that a key and its certificates always belong
/// together:
///
///     identity.pem      the key and the certificates that were set up, the key's certificate first
///     self-issued.pem   the key and the certificate that this laptop made for itself where none was set up
///     requested.pem     the key of a request that no certificate has come for
struct SealStore {
  let home: String

  private func path(_ name: String) -> String { "\(home)/seal/\(name).pem" }

  private var identityPath: String { path("identity") }
  private var selfIssuedPath: String { path("self-issued") }
  private var requestedPath: String { path("requested") }

  // MARK: - Reading

  /// The key that was set up, or else the one that this laptop made for itself; nil before there is any.
  /// - Throws: `SealRefused.damaged`.
  func identity() throws -> SealIdentity? { try setUp() ?? identity(at: selfIssuedPath) }

  /// The key that was set up; nil where none was.
  /// - Throws: `SealRefused.damaged`.
  func setUp() throws -> SealIdentity? { try identity(at: identityPath) }

  /// The key of a request that no certificate has come for.
  /// - Throws: `SealRefused.damaged`.
  func requestedKey() throws -> SealKey? {
    guard let pem = try contents(of: requestedPath) else { return nil }
    do throws(CryptographyError) { return try SealKey(pem: pem) } catch {
      throw SealRefused.damaged(path: requestedPath)
    }
  }

  private func identity(at path: String) throws -> SealIdentity? {
    guard let pem = try contents(of: path) else { return nil }
    do throws(CryptographyError) {
      return try SealIdentity(key: SealKey(pem: pem), certificates: Certificate.all(file: Array(pem.utf8)))
    } catch { throw SealRefused.damaged(path: path) }
  }

  private func contents(of path: String) throws -> String? {
    guard FilePath(path).kind != nil else { return nil }
    guard let bytes = HomeFile.contents(of: path, maxBytes: 2 * Certificate.maxSize) else {
      throw SealRefused.damaged(path: path)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: - Writing

  /// Stores the key and the certificates with which documents are sealed from now on. They are on disk when
  /// this returns. After that a request for the same key is removed, since its certificate is here.
  func keep(_ identity: SealIdentity) throws {
    try write(identity, to: identityPath)
    if let requested = try? requestedKey(), requested.publicKeyDigest == identity.key.publicKeyDigest {
      try? FilePath(requestedPath).removeFile()
    }
  }

  func keepSelfIssued(_ identity: SealIdentity) throws { try write(identity, to: selfIssuedPath) }

  /// Keeps the key of a request. The key that documents are sealed with stays.
  func keepRequested(_ key: SealKey) throws { try write(key.pem(), to: requestedPath) }

  /// Removes the key that was set up. The laptop's self-issued key seals again, and is made where there is
  /// none.
  func forgetSetUp() throws {
    guard FilePath(identityPath).kind != nil else { return }
    do throws(FileError) {
      try FilePath(identityPath).removeFile()
      try Folder.sync(FilePath(identityPath).folder)
    } catch { throw FileFailure.unwritable(path: identityPath, errno: error.errno) }
  }

  private func write(_ identity: SealIdentity, to path: String) throws {
    try write(identity.key.pem() + identity.chain.map(\.pem).joined(), to: path)
  }

  private func write(_ pem: String, to path: String) throws {
    try HomeFile.write(Data(pem.utf8), to: path, below: home)
  }
}
