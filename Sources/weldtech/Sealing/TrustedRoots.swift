import Arguments
import Cryptography
import Terminal

/// The root certificates that a reader of sealed files trusts.
struct TrustedRoots {
  /// The files that a command was given.
  struct Options {
    var seals: String?
    var timestamps: String?
  }

  let seals: [Certificate]
  /// nil where the reader trusts the same roots for timestamps as for seals.
  let timestamps: [Certificate]?

  /// Reads the files; where none was named, no root is trusted.
  /// - Throws: `RootUnreadable`, `FileFailure`.
  init(_ options: Options, _ workplace: Workplace) throws {
    func certificates(_ path: String) throws -> [Certificate] {
      let file = try workplace.read(path, atMost: Certificate.maxSize)
      do throws(CryptographyError) { return try Certificate.all(file: Array(file)) } catch {
        throw RootUnreadable(path: path)
      }
    }
    seals = try options.seals.map(certificates) ?? []
    timestamps = try options.timestamps.map(certificates)
  }
}

/// A file of `--trust` or `--trust-timestamps` has no certificate.
struct RootUnreadable: Error {
  let path: String
}

extension Parameters {
  /// Adds the options that name the roots.
  mutating func trustedRoots(_ path: WritableKeyPath<Options, TrustedRoots.Options>) {
    option(
      "trust", path.appending(path: \.seals), .file, placeholder: "ROOT.pem",
      Text(zh: "信任的根证书，PEM，可以有几张", en: "the root certificates to trust, PEM"))
    option(
      "trust-timestamps", path.appending(path: \.timestamps), .file, placeholder: "ROOT.pem",
      Text(
        zh: "只为时间戳信任的根证书；不写就用 --trust 的",
        en: "the root certificates to trust for timestamps; those of --trust where it is left out"))
  }
}
