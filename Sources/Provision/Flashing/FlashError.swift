/// The reason why a module was not flashed. Nothing has been erased where the case says so. The same call can
/// always be made again.
public enum FlashError: Error, Hashable, Sendable {
  /// Neither a firmware nor a bootloader answered.
  case noAnswer
  /// The chip is in its bootloader, and the firmware has to run for what was asked.
  case inBootloader
  /// The firmware was asked to make room for the bootloader, and then nothing answered any more.
  case bootloaderSilent
  /// The link failed in this step: `.timeout` is a chip that did not answer, `.closed` a cable that was pulled.
  case link(LinkError, during: FlashStep)
  /// The bootloader refused a command, because of a checksum damaged on the wire or because the chip's flash is
  /// protected.
  case refused(during: FlashStep)
  /// A byte came that is no answer: noise, or another program on the wire.
  case unexpected(UInt8, during: FlashStep)
  /// The chip's flash is protected from reading (RDP level 1). The bootloader can only lift this protection,
  /// which erases boot block, firmware and key. Nothing has been erased.
  case readProtected
  /// The key of a chip of this name is not erased by this program. Nothing has been erased.
  case keyNotErasable(chip: String)
  /// Read protection was lifted and everything erased; the chip has started and its bootloader does not answer.
  case unprotectedSilent
  /// These sectors of the image are protected from writing. Nothing has been erased.
  case writeProtected(sectors: [Int])
  /// Another program uses the port. `by` is the program's name; nil where only changed settings of the port
  /// show that there is one.
  case portTaken(by: String?, during: FlashStep)
  /// The bootloader lacks this command.
  case commandMissing(UInt8)
  /// The chip's product id is none that this program knows.
  case unknownChip(productID: UInt16)
  /// The chip on the cable (`found`) is another one than the image is for (`wanted`); both are product ids.
  case wrongChip(found: UInt16, wanted: UInt16)
  /// The chip is one of Espressif's that this program does not know; `magic` is the word at its 0x40001000.
  case unknownEspressif(magic: UInt32)
  /// Espressif's ROM loader refused a command, with this status.
  case espressif(ESP32Status, during: FlashStep)
  /// The chip encrypts its flash, starts signed programs only or shows nothing of itself, so that a plain image would
  /// not start. Nothing has been erased.
  case secured(chip: String)
  /// No shipped release is for this chip.
  case noRelease(chip: String)
  case image(ImageFault)
  /// The module's firmware is newer, and the caller did not allow going back.
  case downgrade(installed: String, offered: String)
  /// The module's firmware is older than `lowest`, the oldest that the image may replace; no option allows it.
  case tooOld(installed: String, lowest: String, offered: String)
  /// The byte of the flash at this address differs from the image's.
  case verification(address: UInt32)
  /// The module is paired with this key and does not allow what flashing needs. Nothing on it was changed.
  case authority(keyID: String, AuthorityFailure)
  /// The module is paired with this key and belongs to an installation, so that it was to be left alone.
  case paired(serialNumber: String, keyID: String)
  /// The running firmware answered, but refused what flashing needs of it.
  case firmware(ProvisionError)
  /// Everything is written and verified, yet no firmware of this image answers.
  case firmwareSilent
  /// The caller cancelled the run.
  case cancelled(during: FlashStep)
}
