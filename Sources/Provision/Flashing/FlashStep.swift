/// Where a flashing run stands: what it reports as it goes, and what an error happened during. The steps come in
/// this order; `erasing`, `writing` and `verifying` come many times, and begin again where a proof failed.
public enum FlashStep: Hashable, Sendable {
  /// Looking for the bootloader or a firmware on the wire.
  case connecting
  /// A firmware runs and is asked to make room for the bootloader.
  case enteringBootloader
  /// The bootloader is asked what it is and which chip it is in.
  case identifying
  /// `uniqueID` is lower-case hex.
  case chipFound(name: String, uniqueID: String)
  /// The flashing program is sent into the chip's RAM and asked how fast the line may be.
  case startingLoader
  /// Read protection is lifted, for which the chip erases everything, boot block, firmware and key included.
  case unprotecting
  /// The chip's flash is protected from reading.
  case protecting
  /// `bytes` of the update's file have reached the running firmware, of so many.
  case uploading(bytes: Int, of: Int)
  /// The wire spoils too much: the bootloader is brought back at this speed, bits a second.
  case slowingDown(baud: Int)
  /// The boot block in the chip is compared with the image's.
  case comparing
  /// `sector` counts from 1 to `of`, over those that have to be erased.
  case erasing(sector: Int, of: Int)
  /// `bytes` have been written of so many.
  case writing(bytes: Int, of: Int)
  /// `bytes` have been read back and found right of so many.
  case verifying(bytes: Int, of: Int)
  /// The firmware is started and asked whether it runs.
  case starting
}
