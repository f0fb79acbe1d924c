/// The reason for which a command of group 0 or 1 was not obeyed.
struct ImageRefusal: Error {
  /// The group's own code in MCUmgr, for protocol version 1; 0 where the group has no code for the reason.
  let code: UInt8
  /// MCUmgr's common code, for protocol version 0 and where the group has no code.
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
  /// The hash is missing, or no image that may be started has it.
  static var invalidHash: ImageRefusal { ImageRefusal(24) }
  /// The running image is not older than the offered one, or is older than the offered one may replace.
  static var versionRefused: ImageRefusal { ImageRefusal(27) }
  static var alreadyPending: ImageRefusal { ImageRefusal(28, ManagementError.badState) }
  static var tooLarge: ImageRefusal { ImageRefusal(30) }
  static var dataOverrun: ImageRefusal { ImageRefusal(31) }
  static var activeCannotBeTested: ImageRefusal { ImageRefusal(33) }
}
