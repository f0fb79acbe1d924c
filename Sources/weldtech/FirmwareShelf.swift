import Glibc
import Provision

/// The firmware shipped with the program, and the keys that are trusted to sign firmware.
struct FirmwareShelf {
  /// Path of the folder with `releases`, `trust` and `development`.
  let folder: String

  /// Reads the releases.
  /// - Parameter ports: The ports that will get the firmware; empty where none does.
  func releases(for ports: [String] = []) throws -> ReleaseCatalogue {
    try ReleaseCatalogue(directory: "\(folder)/releases", trusted: try trustedKeys(for: ports))
  }

  /// The firmware to flash: the image of a manifest, or without one the newest release for the connected chip.
  /// - Parameter ports: The ports that will get the firmware; empty for the flash of a simulated module.
  func source(image: String?, manifest: String?, for ports: [String]) throws -> Flasher.Source {
    guard let manifest else { return .newest(try releases(for: ports)) }
    return .image(try Image(imagePath: image, manifestPath: manifest, trusted: try trustedKeys(for: ports)))
  }

  /// The keys of `trust`. The keys of `development`, for which nobody vouches, are added for simulated modules,
  /// which are on pseudo-terminals, and for firmware that is only inspected.
  func trustedKeys(for ports: [String] = []) throws -> TrustedKeys {
    let trusted = try TrustedKeys(directory: "\(folder)/trust")
    guard ports.allSatisfy(isPseudoTerminal),
      let development = try? TrustedKeys(directory: "\(folder)/development")
    else { return trusted }
    return trusted.adding(development)
  }
}

/// Whether the other end of a port is a program and not a wire: major numbers 136 to 143 of Linux's
/// devices.txt.
private func isPseudoTerminal(_ port: String) -> Bool {
  var status = stat()
  guard stat(port, &status) == 0, status.st_mode & S_IFMT == S_IFCHR else { return false }
  return (136...143).contains(status.st_rdev >> 8 & 0xFFF)
}
