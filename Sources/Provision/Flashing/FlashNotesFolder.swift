internal import Files
internal import FoundationEssentials

/// Flashing notes in a folder of the laptop's home, one small file for each chip and image under way and one for each
/// adapter. They are read with suspicion, and written as far as that works: what cannot be kept is only done again.
public final class FlashNotesFolder: FlashNotes {
  private let folder: String
  private let adapter: String

  /// - Parameters:
  ///   - folder: path of the folder, which is made where it is not there.
  ///   - adapter: what tells the adapter from others, as `PortInfo.adapterKey`; any text.
  public init(folder: String, adapter: String) {
    self.folder = folder
    self.adapter = adapter
    // The folder lies in the home, which is for its owner only.
    try? Folder.make(FilePath(folder), permissions: .exactly(0o700))
  }

  /// - Parameter port: as it was opened, at which the adapter is looked for now.
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

  /// Writes a note for its owner only, whole or not at all.
  private func keep(_ bytes: [UInt8], at path: String) {
    do throws(FileError) {
      let draft = try Draft(of: FilePath(path), named: .suffix(".new"), permissions: .exactly(0o600))
      try draft.write(bytes)
      try draft.place(.unsynced)
    } catch {
      // What is not kept is only found out again.
    }
  }

  private func protectionPath(_ chipID: String) -> String { "\(folder)/\(Self.plain(chipID)).protected" }

  private func path(for partner: FlashPartner) -> String {
    "\(folder)/\(Self.plain(adapter)).\(partner.rawValue)-speed"
  }

  /// The name of a file for an adapter, whatever it calls itself.
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

/// A journal in a file: one line an acknowledgement, `sector bytes`, or `sector -` for a sector of which nothing is
/// known any more, of which a sector's last counts; or `loader silent`. A line that is cut off or no such line does not
/// count.
final class FileFlashJournal: FlashJournal {
  /// Largest journal that is read, bytes: ten times what 1 MiB in blocks of 256 bytes takes.
  private static let byteLimit = 1 << 20

  private static let silentLoader = "loader silent"

  private(set) var acknowledged: [Int: Int] = [:]
  private(set) var loaderIsSilent = false
  private let path: String
  /// Nil until the first line of this run is written.
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

  /// One write a line, so that a program that is killed leaves whole lines. Not synchronised to the disk: a laptop
  /// that loses its power has then acknowledged less than the chip, which costs blocks and not truth. That a sector
  /// is about to be erased has to outlast it, or the journal would claim what is gone.
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
