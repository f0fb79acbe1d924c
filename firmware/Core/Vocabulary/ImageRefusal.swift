/// The reason for which a command of group 0 or 1 was not obeyed.
struct ImageRefusal: Error {
  /// MCUmgr's code for the group, as protocol version 1 has it; 0 where one of the standard's common codes says it.
  let code: UInt8
  /// The common code, as version 0 has it.
  let standardCode: UInt8

  private init(_ code: UInt8, _ standardCode: UInt64 = ManagementError.invalid) {
    self.code = code
    self.standardCode = UInt8(truncatingIfNeeded: standardCode)
  }

  static var invalid: ImageRefusal { ImageRefusal(0) }
  static var notSupported: ImageRefusal { ImageRefusal(0, ManagementError.notSupported) }
  static var relayIsClosed: ImageRefusal { ImageRefusal(0, ManagementError.badState) }
  static var accessDenied: ImageRefusal { ImageRefusal(0, ManagementError.accessDenied) }
  static var flashWriteFailed: ImageRefusal { ImageRefusal(12, ManagementError.unknown) }
  static var flashEraseFailed: ImageRefusal { ImageRefusal(13, ManagementError.unknown) }
  static var invalidSlot: ImageRefusal { ImageRefusal(14) }
  static var invalidOffset: ImageRefusal { ImageRefusal(20) }
  static var invalidLength: ImageRefusal { ImageRefusal(21) }
  /// The file's headers are not those of an image for this module.
  static var invalidHeader: ImageRefusal { ImageRefusal(22) }
  static var invalidMagic: ImageRefusal { ImageRefusal(23) }
  /// No image has this hash, or not any more.
  static var invalidHash: ImageRefusal { ImageRefusal(24) }
  /// The running image is newer, or older than what the new one may replace.
  static var versionRefused: ImageRefusal { ImageRefusal(27) }
  static var alreadyPending: ImageRefusal { ImageRefusal(28, ManagementError.badState) }
  static var tooLarge: ImageRefusal { ImageRefusal(30) }
  static var dataOverrun: ImageRefusal { ImageRefusal(31) }
  static var activeCannotBeTested: ImageRefusal { ImageRefusal(33) }
}
