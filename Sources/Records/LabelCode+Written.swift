import Characters

extension LabelCode {
  /// Reads a code as a person types it or a scanner reads it from a label: the code itself, with any kind of
  /// hyphen, or the address in the label's symbol (`https://<host>/w/<code>`, with or without `.<tag>` behind
  /// it). Any other text gives nil.
  public init?(written text: String) {
    guard text.utf8.count <= 2_000 else { return nil }
    let plain = TextNormalization.typed(text)
    guard let path = Self.pathOfAddress(plain) else {
      self.init(String(plain.map { TextNormalization.isHyphen($0) ? "-" : $0 }))
      return
    }
    let folders = path.prefix { $0 != "?" && $0 != "#" }.split(separator: "/", omittingEmptySubsequences: false)
    guard folders.count >= 3, folders[folders.count - 2].lowercased() == "w", let last = folders.last else {
      return nil
    }
    self.init(String(last.prefix { $0 != "." }))
  }

  /// Makes the code from a region and a serial without the check character; nil for any other text.
  public init?(lackingCheckCharacter text: String) {
    let plain = TextNormalization.typed(text).uppercased().filter {
      !TextNormalization.isHyphen($0) && $0 != "-"
    }
    guard plain.utf8.count == 12, let serial = CodeSerial(String(plain.dropFirst(6))),
      let code = LabelCode(region: String(plain.prefix(6)), serial: serial)
    else { return nil }
    self = code
  }

  /// The part of an address behind its scheme; nil where the text is no address.
  private static func pathOfAddress(_ text: String) -> Substring? {
    for scheme in ["https://", "http://"] where text.lowercased().hasPrefix(scheme) {
      return text.dropFirst(scheme.count)
    }
    return nil
  }
}
