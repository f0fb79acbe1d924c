internal import FoundationEssentials
internal import Glibc
internal import ModuleCore

/// The images shipped with this program: a folder of manifests, each beside its image.
public struct ReleaseCatalogue: Sendable {
  public struct Release: Hashable, Sendable {
    public let manifest: ImageManifest
    public let manifestPath: String
    public let imagePath: String
  }

  /// A manifest that was passed over, and why.
  public struct Flaw: Hashable, Sendable {
    public let manifestPath: String
    public let fault: ImageFault
  }

  /// Newest first within a chip; chips in order of their names.
  public let releases: [Release]
  public let flaws: [Flaw]

  /// Reads every `*.json` of the folder; the images themselves are not opened.
  /// - Throws: `unreadable` where there is no such folder.
  public init(directory: String) throws(ImageFault) {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: directory)
    } catch {
      throw .unreadable(path: directory, errno: ENOENT)
    }
    var releases: [Release] = []
    var flaws: [Flaw] = []
    for name in names.sorted() where name.hasSuffix(".json") && !name.hasPrefix(".") {
      let path = "\(directory)/\(name)"
      do throws(ImageFault) {
        let manifest = try Image.manifest(at: path)
        releases.append(
          Release(
            manifest: manifest, manifestPath: path, imagePath: Image.imagePath(of: manifest, at: path)))
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
  }

  /// The release with the highest version for this chip.
  public func newest(for chip: ChipModel) -> Release? {
    releases.first { $0.manifest.productId == chip.productID && $0.manifest.chip == chip.name }
  }

  /// Reads and checks a release's image.
  public func image(of release: Release) throws(ImageFault) -> Image {
    try Image(imagePath: release.imagePath, manifestPath: release.manifestPath)
  }
}
