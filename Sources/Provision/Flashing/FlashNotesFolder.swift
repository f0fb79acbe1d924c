internal import Files
internal import FoundationEssentials

/// Flashing notes in a folder of the laptop's home: one small file for each chip and image under way, for each
/// adapter and partner, and for each protected chip. Content that is not well-formed is ignored. A note that
/// cannot be written is no error, because its work is only done again.
public final class FlashNotesFolder: FlashNotes {
  private let folder: String
  private let adapter: String

  /// - Parameters:
  ///   - folder: path of the folder, which is made where it is not there.
  ///   - adapter: the key that distinguishes the adapter from others, such as `PortInfo.adapterKey`; any text.
  public init(folder: String, adapter: String) {
    self.folder = folder
    self.adapter = adapter
    // Only the owner of the home may read the folder.
    try? Folder.make(FilePath(folder), permissions: .exactly(0o700))
  }

  /// - Parameter port: path by which the port was opened and by which its adapter is found now.
  public convenience init(folder: String, port: String) {
    let adapter = PortInfo.all().first { [$0.path, $0.byID, $0.byPath].contains(port) }
    self.init(folder: folder, adapter: adapter?.adapterKey ?? port)
  }

  public func journal(chipID: String, imageSha256: String) -> any FlashJournal {
    FileFlashJournal(path: "\(folder)/\(Self.plain(chipID))-\(Self.plain(imageSha256).prefix(16)).journal")
  }

  public func baudRate(for partner: FlashPartner) -> Int? {
    guard let text = FileFlashJournal.text(of: path(for: partner)),
      let baudRate = Int(text.prefix { $0 != "\n" }), (1_200...4_000_000).contains(baudRate)
    else { return nil }
    return baudRate
  }

  public func remember(baudRate: Int, for partner: FlashPartner) {
    keep(Array("\(baudRate)\n".utf8), at: path(for: partner))
  }

  public func isProtected(chipID: String) -> Bool {
    (try? FilePath(protectionPath(chipID)).status()) != nil
  }

  public func remember(isProtected: Bool, chipID: String) {
    guard isProtected else {
      try? FilePath(protectionPath(chipID)).removeFile()
      return
    }
    keep([], at: protectionPath(chipID))
  }

  /// Writes a note that only its owner may read, whole or not at all.
  private func keep(_ bytes: [UInt8], at path: String) {
    do throws(FileError) {
      let draft = try Draft(of: FilePath(path), named: .suffix(".new"), permissions: .exactly(0o600))
      try draft.write(bytes)
      try draft.place(.unsynced)
    } catch {
      // The contents of a note that was not written are only found out again.
    }
  }

  private func protectionPath(_ chipID: String) -> String { "\(folder)/\(Self.plain(chipID)).protected" }

  private func path(for partner: FlashPartner) -> String {
    "\(folder)/\(Self.plain(adapter)).\(partner.rawValue)-speed"
  }

  /// A text as a part of a file name: its first 100 characters, with `_` for each one that is no ASCII letter,
  /// digit or hyphen.
  private static func plain(_ text: String) -> String {
    String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" }.prefix(100))
  }
}

extension PortInfo {
  /// A key that is the same for an adapter in any socket where the adapter has a serial number, else the same for the
  /// socket.
  public var adapterKey: String {
    guard let usb else { return byPath ?? path }
    let kind = [usb.vendorID, usb.productID].map { String($0, radix: 16) }.joined(separator: "-")
    return "\(kind)-\(usb.serialNumber ?? byPath ?? path)"
  }
}

/// A journal in a file. A line is an acknowledgement, `sector bytes`, or `sector -` for a sector of which
/// nothing is known any more, or `loader silent`. The last line of a sector counts. A line that is cut off or
/// malformed does not count.
final class FileFlashJournal: FlashJournal {
  /// Maximum size of a journal that is read, bytes: more than ten times what 1 MiB in blocks of 256 bytes
  /// takes.
  private static let byteLimit = 1 << 20

  private static let silentLoader = "loader silent"

  private(set) var acknowledged: [Int: Int] = [:]
  private(set) var loaderIsSilent = false
  private let path: String
  /// The open file; nil until the first line of this run is written.
  private var file: OpenFile?

  init(path: String) {
    self.path = path
    guard let text = Self.text(of: path), let end = text.lastIndex(of: "\n") else { return }
    for line in text[..<end].split(separator: "\n") {
      loaderIsSilent = loaderIsSilent || line == Self.silentLoader
      let fields = line.split(separator: " ", omittingEmptySubsequences: false)
      guard fields.count == 2, let sector = Int(fields[0]), (0...4095).contains(sector) else { continue }
      acknowledged[sector] = Int(fields[1]).flatMap { $0 >= 0 ? $0 : nil }
    }
  }

  func acknowledge(sector: Int, bytes: Int) {
    acknowledged[sector] = bytes
    append("\(sector) \(bytes)\n")
  }

  func forget(sector: Int) {
    acknowledged[sector] = nil
    append("\(sector) -\n")
  }

  func noteSilentLoader() {
    loaderIsSilent = true
    append(Self.silentLoader + "\n")
  }

  func clear() {
    (acknowledged, loaderIsSilent) = ([:], false)
    file = nil
    try? FilePath(path).removeFile()
  }

  /// Appends a line with one write, so that a killed program leaves whole lines. Acknowledgements are not
  /// synchronised to the disk: where a power failure loses some, blocks that the chip holds are only sent
  /// again. The note that a sector is about to be erased is synchronised, because the journal would otherwise
  /// list bytes that are gone.
  private func append(_ line: String) {
    if file == nil {
      file = try? OpenFile(
        writing: FilePath(path), [.appends, .refusesLinks, .withoutWaiting], making: .exactly(0o600))
    }
    try? file?.write(Array(line.utf8))
    if line.hasSuffix("-\n") { try? file?.sync() }
  }

  /// The text of a file; nil where there is none, or one that is too large or not UTF-8.
  static func text(of path: String) -> String? {
    guard let bytes = try? ImageFile.read(path, limit: byteLimit) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}
