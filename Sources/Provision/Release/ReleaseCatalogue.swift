internal import Files
internal import ModuleCore

/// The images shipped with this program: a folder of manifests, each beside its image and its signature.
public struct ReleaseCatalogue: Sendable {
  public struct Release: Hashable, Sendable {
    public let manifest: ImageManifest
    public let manifestPath: String
    public let imagePath: String
    /// The signer of the manifest, or the reason why it cannot be flashed. The image is not read here.
    public let signature: Result<ImageSigner, ImageFault>
  }

  /// A manifest that could not be read, with the reason.
  public struct Flaw: Hashable, Sendable {
    public let manifestPath: String
    public let fault: ImageFault
  }

  /// The releases, newest first for each chip; chips are in the order of their names.
  public let releases: [Release]
  public let flaws: [Flaw]
  private let trusted: TrustedKeys

  /// Reads every `*.json` of the folder and the signature beside it; the images themselves are not opened.
  /// - Throws: `unreadable` where the folder cannot be listed.
  public init(directory: String, trusted: TrustedKeys) throws(ImageFault) {
    let names: [String]
    do throws(FileError) {
      names = try Folder.names(in: FilePath(directory)).map(\.text)
    } catch {
      throw .unreadable(path: directory, errno: error.errno)
    }
    var releases: [Release] = []
    var flaws: [Flaw] = []
    for name in names.sorted() where name.hasSuffix(".json") && !name.hasPrefix(".") {
      let path = "\(directory)/\(name)"
      do throws(ImageFault) {
        let json = try ImageFile.read(path, limit: ImageFile.manifestByteLimit)
        let manifest = try ImageManifest(json: json)
        releases.append(
          Release(
            manifest: manifest, manifestPath: path, imagePath: ImageFile.imagePath(of: manifest, at: path),
            signature: Result { () throws(ImageFault) in
              try ImageSignature(beside: path).signer(of: json, among: trusted)
            }))
      } catch {
        flaws.append(Flaw(manifestPath: path, fault: error))
      }
    }
    self.releases = releases.sorted { left, right in
      if left.manifest.chip != right.manifest.chip { return left.manifest.chip < right.manifest.chip }
      guard let first = left.manifest.versionNumber, let second = right.manifest.versionNumber else {
        return false
      }
      return second < first
    }
    self.flaws = flaws
    self.trusted = trusted
  }

  /// The release with the highest version for this chip, signed or not, because an unsigned release has to be
  /// repaired and must not be replaced by an older one; nil where there is none.
  public func newest(for chip: ChipModel) -> Release? {
    releases.first { $0.manifest.productID == chip.productID && $0.manifest.chip == chip.name }
  }

  /// Reads and checks a release's signature, manifest and image.
  public func image(of release: Release) throws(ImageFault) -> Image {
    try Image(imagePath: release.imagePath, manifestPath: release.manifestPath, trusted: trusted)
  }
}
