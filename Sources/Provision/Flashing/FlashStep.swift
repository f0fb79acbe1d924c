/// A step of a flashing run, which the run reports as the step begins, and which its errors name. A run takes
/// only the steps that it needs; `erasing`, `writing` and `verifying` come many times, and begin again where a
/// proof failed.
public enum FlashStep: Hashable, Sendable {
  /// The bootloader or a firmware is looked for on the wire.
  case connecting
  /// A paired module is given the authority for what follows, by this laptop's proof or the platform's.
  case authorizing
  /// The run waits until a paired module's seal has been open for ten seconds, and asks the module every
  /// second.
  case awaitingOpenSeal
  /// A firmware runs and is asked to make room for the bootloader.
  case enteringBootloader
  /// The bootloader is asked what it is and which chip it is in.
  case identifying
  /// The chip is known; `uniqueID` is lower-case hex.
  case chipFound(name: String, uniqueID: String)
  /// The flashing program is sent into the chip's RAM and asked how fast the line may be.
  case startingLoader
  /// Read protection is lifted, for which the chip erases everything, including boot block, firmware and key.
  case unprotecting
  /// The chip is told to protect its flash from reading.
  case protecting
  /// The update's file is uploaded, and `bytes` of it have reached the running firmware.
  case uploading(bytes: Int, of: Int)
  /// The wire damages too much, so that the bootloader is brought back at this baud rate, bits a second.
  case slowingDown(baudRate: Int)
  /// The boot block in the chip is compared with the image's.
  case comparing
  /// A sector is erased; `sector` counts from 1 to `of`, over the sectors that have to be erased.
  case erasing(sector: Int, of: Int)
  /// The image is written, and `bytes` of it are done.
  case writing(bytes: Int, of: Int)
  /// The image is read back, and `bytes` of it are found right.
  case verifying(bytes: Int, of: Int)
  /// The firmware is started and asked whether it runs.
  case starting
}
