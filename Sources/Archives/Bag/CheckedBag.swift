public import Cryptography
public import FoundationEssentials
public import Records

/// A bag of an archive, as it was read and checked.
public struct CheckedBag {
  /// The name of the bag's top folder.
  public let folder: String
  /// The record that the log's entries add up to; nil where the entries cannot be read.
  public internal(set) var installation: Installation?
  /// The number of the newest closed revision; 0 where none can be read.
  public internal(set) var revision = 0
  /// The newest closed revision, byte for byte; nil where none can be read.
  public internal(set) var newest: Data?
  /// The record that was taken over from another laptop, with which the log begins; nil where the log is whole.
  public internal(set) var adopted: InstallationEvent.Adopted?
  /// The files that the record was taken over with, which the archive does not have.
  public internal(set) var elsewhere: [MissingOriginal] = []
  /// The number of files in the payload.
  public internal(set) var files = 0
  /// The originals of photos that the archive does not have.
  public internal(set) var missing: [MissingOriginal] = []
  /// The faults of the bag, in the order in which they were found; empty for a bag that is as it was written.
  public internal(set) var faults: [ArchiveFault] = []
  /// The facts of the seal over the list of files; nil where the seal does not hold.
  public internal(set) var seal: SealVerification?
  /// The runs of the functional test in the order of the log; the files of the runs are checked against them.
  public internal(set) var tests: [TestReport] = []
  /// The agreements, oldest first.
  public internal(set) var agreements: [Agreement] = []

  /// An agreement in a bag.
  public struct Agreement {
    /// The name of the agreement's file in the zip.
    public let entry: String
    /// SHA-256 of the signed file, lower-case hex.
    public let sha256: String
    /// The name of the file with the agreement's timestamp; nil where there is none.
    public let token: String?
    /// The name of the file with the agreement and its timestamp together; nil where there is none.
    public let timestamped: String?
    /// The record that the log's entries before the signature add up to, which the agreement has embedded; nil
    /// where the log does not have the signature.
    public let before: Installation?
  }

  let zip: ZipReader
  let entries: ArraySlice<ZipEntry>

  init(folder: String, entries: ArraySlice<ZipEntry>, zip: ZipReader) {
    self.folder = folder
    self.entries = entries
    self.zip = zip
  }

  /// The name in the zip of the text of a run of the test.
  /// - Parameter number: the run's number, from 1.
  public func entry(ofTestText number: Int) -> String {
    entry(of: BagLayout.payload + BagLayout.testText(number))
  }

  /// The name in the zip of a file of the bag.
  public func entry(of path: String) -> String { "\(folder)/\(path)" }

  /// Reads a file of the bag.
  /// - Parameter name: the file's name in the zip.
  /// - Throws: `damaged` where the file is missing, longer than `maxBytes`, or has another CRC-32; `archive`.
  public func contents(of name: String, maxBytes: Int) throws(ArchiveError) -> Data {
    guard let entry = entries.first(where: { $0.name == name }) else { throw .damaged(.missing(entry: name)) }
    return try zip.contents(of: entry, maxBytes: maxBytes)
  }
}
