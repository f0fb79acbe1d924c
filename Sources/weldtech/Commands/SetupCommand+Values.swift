import Characters
import Records
import Sync

/// The values that options and the file of a new laptop have in common.
extension SetupCommand {
  /// The phone number as it will be printed: a mobile, a landline or a hotline, with the blanks and hyphens
  /// that were typed.
  static func companyPhone(_ text: String) throws -> String {
    let phone = TextNormalization.typed(text)
    let digits = phone.filter { $0.isASCII && $0.isNumber }
    let isHotline = (digits.hasPrefix("400") || digits.hasPrefix("800")) && digits.count == 10
    let isPlain = phone.allSatisfy { ($0.isASCII && $0.isNumber) || " -+()".contains($0) }
    guard phone.isEmpty || (isPlain && (isHotline || PhoneNumber(phone) != nil)) else {
      throw SetupRejected.companyPhone
    }
    return phone
  }

  /// Checks the address by the rules of the client and removes a slash at its end.
  static func platformAddress(_ text: String) throws -> String {
    var address = TextNormalization.typed(text)
    while address.hasSuffix("/") { address.removeLast() }
    // DNS, modules and labels contain only the ASCII form of a name.
    address = DomainName.asciiAddress(address) ?? address
    _ = try PlatformClient(PlatformClient.Configuration(address: address))
    return address
  }
}
