/// MCUmgr's codes for the transport and the standard groups.
public enum ManagementError {
  public static var unknown: UInt64 { 1 }
  public static var invalid: UInt64 { 3 }
  public static var notFound: UInt64 { 5 }
  public static var badState: UInt64 { 6 }
  public static var messageTooLong: UInt64 { 7 }
  public static var notSupported: UInt64 { 8 }
  /// The module does not allow the request without an authority.
  public static var accessDenied: UInt64 { 11 }
  /// The request's protocol version is newer than the module's.
  public static var tooNew: UInt64 { 13 }
}
