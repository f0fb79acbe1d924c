import Glibc
import Provision

/// The firmware that is shipped beside the program, and the keys that it is trusted by.
struct FirmwareShelf {
  /// Path of the folder with `releases`, `trust` and `development`.
  let folder: String

  /// - Parameter ports: Ports that the firmware is to go to; empty where it goes nowhere.
  func releases(for ports: [String] = []) throws -> ReleaseCatalogue {
    try ReleaseCatalogue(directory: "\(folder)/releases", trusted: try trustedKeys(for: ports))
  }

  /// The firmware to flash: the image of a manifest, or without one the newest release for the chip that is found.
  /// - Parameter ports: Ports that it is to go to; empty where it goes into a simulated module's flash.
  func source(image: String?, manifest: String?, for ports: [String]) throws -> Flasher.Source {
    guard let manifest else { return .newest(try releases(for: ports)) }
    return .image(try Image(imagePath: image, manifestPath: manifest, trusted: try trustedKeys(for: ports)))
  }

  /// The keys of `trust`. Nobody answers for those of `development`: they count for simulated modules, which hang on
  /// pseudo-terminals, and for firmware that is only looked at.
  func trustedKeys(for ports: [String] = []) throws -> TrustedKeys {
    let trusted = try TrustedKeys(directory: "\(folder)/trust")
    guard ports.allSatisfy(isPseudoTerminal),
      let development = try? TrustedKeys(directory: "\(folder)/development")
    else { return trusted }
    return trusted.adding(development)
  }
}

/// Whether a program and no wire is at the other end of a port: major numbers 136 to 143 of Linux's devices.txt.
private func isPseudoTerminal(_ port: String) -> Bool {
  var status = stat()
  guard stat(port, &status) == 0, status.st_mode & S_IFMT == S_IFCHR else { return false }
  return (136...143).contains(status.st_rdev >> 8 & 0xFFF)
}
