public import FoundationEssentials

/// A store of files that are named by their content: photos, labels, agreements, strokes.
public protocol FileStore: Sendable {
  /// Writes a file and syncs it to disk before the call returns. The same bytes written twice are one file.
  /// - Returns: SHA-256 of the bytes, lower-case hex.
  func store(_ bytes: Data) throws -> String
  /// Reads a whole file and checks it against its digest.
  func contents(of sha256: String) throws -> Data
  /// Finds a fault that keeps a file from being delivered; it is called just before the bytes are sent.
  /// - Returns: nil where the file has the bytes that were stored.
  func fault(of file: PendingFile) throws -> EvidenceFault?
  /// Reads a whole file that was judged just before, for a receiver that holds the bytes against the digest itself.
  func judgedContents(of sha256: FileDigest) throws -> Data
  /// The path of a file, for a program that opens the file itself.
  func path(of sha256: String) -> String
}

/// A module's pairing key on its way to the platform. `Outbox.secret` returns the secret itself.
public struct PendingKey: Hashable, Sendable {
  public let keyID: String
  public let installation: InstallationID
  public let moduleSerial: String

  public init(keyID: String, installation: InstallationID, moduleSerial: String) {
    self.keyID = keyID
    self.installation = installation
    self.moduleSerial = moduleSerial
  }
}

/// A module's key as it is delivered: sealed to the platform's certificate, whose holder alone can open it.
public struct SealedKey: Hashable, Sendable {
  public let keyID: String
  public let moduleSerial: String
  /// The document that a platform gets and that lies in a bucket or a folder, JSON.
  public let body: Data

  public init(keyID: String, moduleSerial: String, body: Data) {
    self.keyID = keyID
    self.moduleSerial = moduleSerial
    self.body = body
  }
}

public struct PendingFile: Hashable, Sendable {
  public let sha256: FileDigest
  public let bytes: Int
  public let filename: String

  public init(sha256: FileDigest, bytes: Int, filename: String) {
    self.sha256 = sha256
    self.bytes = bytes
    self.filename = filename
  }
}

/// The original of a photo, which the platform has not acknowledged; the platform has its copy.
public struct PendingOriginal: Hashable, Sendable {
  public let installation: InstallationID
  public let file: PendingFile

  public init(installation: InstallationID, file: PendingFile) {
    self.installation = installation
    self.file = file
  }
}

/// The timestamp of a delivered record's agreement, which the platform has not acknowledged.
public struct PendingTimestamp: Hashable, Sendable {
  public let installation: InstallationID
  /// The agreement's file as the record names it, without the timestamp.
  public let agreement: FileDigest
  /// The token's file.
  public let file: PendingFile

  public init(installation: InstallationID, agreement: FileDigest, file: PendingFile) {
    self.installation = installation
    self.agreement = agreement
    self.file = file
  }
}

/// One revision of a record that the platform has not acknowledged.
public struct PendingRecord: Hashable, Sendable {
  public let id: InstallationID
  public let code: LabelCode?
  public let revision: Int
  /// The exact bytes to send, as they were made when the record closed.
  public let body: Data
  /// SHA-256 of `body`, lower-case hex.
  public let sha256: String
  /// SHA-256 of the revision before this one, for `If-Match`; nil for the first.
  public let previousSha256: String?
  /// The files that the platform has not acknowledged, and without which it takes no record.
  public let files: [PendingFile]
  /// The originals of photos that the platform has not acknowledged; their copies are among the other files.
  public let originals: [PendingFile]
  /// The files of this record that the platform has acknowledged.
  public let acknowledgedFiles: [PendingFile]

  public init(
    id: InstallationID, code: LabelCode?, revision: Int, body: Data, sha256: String,
    previousSha256: String?, files: [PendingFile], originals: [PendingFile] = [],
    acknowledgedFiles: [PendingFile] = []
  ) {
    self.id = id
    self.code = code
    self.revision = revision
    self.body = body
    self.sha256 = sha256
    self.previousSha256 = previousSha256
    self.files = files
    self.originals = originals
    self.acknowledgedFiles = acknowledgedFiles
  }
}

/// The judgement of a record's files just before they are sent.
public struct FileJudgement: Hashable, Sendable {
  /// What keeps the record from being delivered; nil where nothing does.
  public var fault: EvidenceFault?
  /// The originals of photos that are lost. A record whose copies are whole does not wait for them; each lost
  /// original is reported when its turn comes.
  public var lostOriginals: Set<FileDigest> = []
}

extension FileStore {
  /// Judges the files that go before a record or with it. An original that was altered keeps the record from
  /// being delivered, also where its copy is whole, because it is evidence. An original that is lost does not.
  public func judgement(ofFilesOf record: PendingRecord) throws -> FileJudgement {
    var judgement = FileJudgement()
    for file in record.files {
      if let fault = try fault(of: file) { return FileJudgement(fault: fault) }
    }
    for original in record.originals {
      switch try fault(of: original) {
      case nil: break
      case .fileMissing: judgement.lostOriginals.insert(original.sha256)
      case let fault: return FileJudgement(fault: fault)
      }
    }
    return judgement
  }
}

/// A place in the queue of installations, in the order in which their records were closed.
public struct QueuePosition: Hashable, Sendable {
  /// Whether the place is one of inspections of records that others wrote, which come after this laptop's own
  /// records.
  public let isVisit: Bool
  public let number: Int64

  public init(isVisit: Bool, number: Int64) {
    self.isVisit = isVisit
    self.number = number
  }
}

/// An installation of which at least one revision waits.
public struct QueuedInstallation: Hashable, Sendable {
  public let position: QueuePosition
  public let id: InstallationID

  public init(position: QueuePosition, id: InstallationID) {
    self.position = position
    self.id = id
  }
}

/// The part of the queue that a run goes through.
public enum QueuePart: Hashable, Sendable {
  /// The installations that were never refused for good.
  case fresh
  /// The installations that were set aside, because a repetition without a change cannot help. With a moment
  /// these are only the ones that were last tried before it; with nil they are all.
  case setAside(triedBefore: Timestamp?)
}

/// The reason why a record was set aside, and the time.
public struct SetAside: Hashable, Sendable {
  /// The revision that was tried.
  public let revision: Int
  /// The reason as a dotted code of `sync --json`.
  public let reason: String
  /// The platform's own word for the reason, such as an HTTP status with the code of its error, or the name of
  /// a file; nil where there is neither.
  public let detail: String?
  /// The moment of the first try with this result.
  public let since: Timestamp
  /// The moment of the last try with this result.
  public let triedAt: Timestamp

  public init(revision: Int, reason: String, detail: String?, since: Timestamp, triedAt: Timestamp) {
    self.revision = revision
    self.reason = reason
    self.detail = detail
    self.since = since
    self.triedAt = triedAt
  }
}

/// The size of the queue, counted without reading the contents of records and files.
public struct QueueTotals: Hashable, Sendable {
  /// The installations of the revisions that wait, in the order of delivery; an installation with several
  /// revisions is listed several times.
  public var records: [InstallationID]
  /// The number of bytes of these revisions.
  public var recordBytes: Int
  /// The number of files without which the platform takes no record.
  public var files: Int
  public var fileBytes: Int
  public var originals: Int
  public var originalBytes: Int
  /// The number of timestamps of records that the platform has.
  public var timestamps: Int

  public init(
    records: [InstallationID], recordBytes: Int, files: Int, fileBytes: Int, originals: Int, originalBytes: Int,
    timestamps: Int
  ) {
    self.records = records
    self.recordBytes = recordBytes
    self.files = files
    self.fileBytes = fileBytes
    self.originals = originals
    self.originalBytes = originalBytes
    self.timestamps = timestamps
  }
}

/// The result of building a record's waiting revisions anew on the platform's newer record.
public enum Rebuild: Hashable, Sendable {
  /// The revisions to send in place of all that waited, oldest first.
  case revisions([PendingRecord])
  /// The platform's record does not continue the one that this laptop knows, or cannot be read, or more than
  /// inspections wait. Nothing was built.
  case conflict
  /// The platform does not have the revision yet that was taken over from another laptop. Nothing was built.
  case waits
  /// The record here is not as it was written. Nothing was built.
  case damaged(EvidenceFault)
}

/// The queue of everything that the platform has not acknowledged. An item is marked 'attempted' before it is
/// sent, and 'acknowledged' only on a reply that names the item and its digest. Both marks are durable when the
/// call returns; for calls within `together` they are durable when `together` returns.
public protocol Outbox {
  /// Runs `body`, whose calls become durable together, or not at all.
  func together(_ body: () -> Void) throws

  /// Lists the keys that a module holds and the platform does not, including those of open installations,
  /// oldest first.
  func pendingKeys() throws -> [PendingKey]
  /// Returns the 32 bytes of a key; nil once the laptop has erased it.
  func secret(ofKey keyID: String) throws -> [UInt8]?
  /// Keeps a key as it was delivered, because it may have to go to another place, too, when the laptop has
  /// erased the secret.
  func keep(_ key: SealedKey) throws
  /// Returns a key of an installation as it was delivered; nil where it was not kept.
  func sealedKey(_ keyID: String, of id: InstallationID) throws -> SealedKey?
  /// Lists installations with waiting revisions (closed, retired, refused or void), the installation of the
  /// oldest revision first. An installation with several revisions is listed several times.
  /// - Parameter position: the place after which the list begins; nil for the first page.
  func queue(_ part: QueuePart, after position: QueuePosition?, limit: Int) throws -> [QueuedInstallation]
  /// Lists the waiting revisions of one installation, oldest first; none where all were acknowledged meanwhile.
  func pendingRecords(of id: InstallationID) throws -> [PendingRecord]
  /// Counts what waits.
  func totals() throws -> QueueTotals
  /// Lists the originals of photos that the platform has not acknowledged although it has their record, those
  /// of the oldest records first.
  func pendingOriginals() throws -> [PendingOriginal]
  /// Lists the timestamps of agreements that the platform has not acknowledged although it has their record,
  /// those of the oldest records first.
  func pendingTimestamps() throws -> [PendingTimestamp]
  /// Reads what is needed to judge a record and its log; it is called just before the bytes are sent. The
  /// record's files are judged by their store.
  /// - Returns: a closure for any thread, which returns the fault that keeps the record from being delivered,
  ///   or nil where the bytes are those that the record was closed with.
  func judging(_ record: PendingRecord) throws -> @Sendable () -> EvidenceFault?

  /// Builds the waiting revisions of a record anew on the platform's current record, which has newer revisions.
  /// The change is durable when the call returns, and a second call with the same record changes nothing.
  /// - Parameter record: the platform's record, byte for byte, not judged yet.
  func rebuild(_ id: InstallationID, on record: Data, at: Timestamp) throws -> Rebuild
  /// Whether a record was taken over from an archive at a revision that only another laptop can deliver.
  func waitsForAnother(_ id: InstallationID) throws -> Bool
  /// Records that the platform has another record than the one that waits, so that a person has to look at it.
  func markConflict(record id: InstallationID, at: Timestamp) throws
  /// Records that a repetition without a change cannot deliver a record. The record's next acknowledgement
  /// takes this back.
  /// - Parameters:
  ///   - reason: a dotted code of `sync --json`.
  ///   - detail: the platform's own word for the reason, or the name of a file; nil where there is neither.
  func setAside(_ id: InstallationID, revision: Int, reason: String, detail: String?, at: Timestamp) throws
  /// Takes back `setAside`, because the record may be delivered after all.
  func takeUp(_ id: InstallationID) throws

  func markAttempted(key keyID: String, at: Timestamp) throws
  func markAttempted(record id: InstallationID, revision: Int, at: Timestamp) throws
  func acknowledge(key keyID: String, at: Timestamp) throws
  func acknowledge(file sha256: FileDigest, of id: InstallationID, at: Timestamp) throws
  func acknowledge(record id: InstallationID, revision: Int, sha256: String, at: Timestamp) throws
  func acknowledge(timestamp sha256: FileDigest, of agreement: FileDigest, at: Timestamp) throws
}

/// A start command made by the holder of the module's key. It authenticates `counter` and `challenge`.
public struct SignedStart: Hashable, Sendable {
  /// A number higher than every counter that the module has accepted.
  public let counter: UInt64
  /// The maximum time that the relay stays closed, seconds, 1 to 86,400.
  public let seconds: UInt32
  /// HMAC-SHA-256 over the fields listed in `docs/module-protocol.md`, 32 bytes.
  public let authenticator: [UInt8]

  public init(counter: UInt64, seconds: UInt32, authenticator: [UInt8]) {
    self.counter = counter
    self.seconds = seconds
    self.authenticator = authenticator
  }
}

/// A module's question, which a start command has to answer before the module closes its relay.
public struct StartRequest: Hashable, Sendable {
  public let keyID: String
  public let moduleSerial: String
  /// The 16 new random bytes that the answer has to cover.
  public let challenge: [UInt8]
  /// The lowest counter the module will accept.
  public let counter: UInt64
  public let seconds: UInt32

  public init(keyID: String, moduleSerial: String, challenge: [UInt8], counter: UInt64, seconds: UInt32) {
    self.keyID = keyID
    self.moduleSerial = moduleSerial
    self.challenge = challenge
    self.counter = counter
    self.seconds = seconds
  }
}

/// A source of start commands over a network, such as the platform.
public protocol StartAuthority {
  /// Answers a module's question with a start command.
  /// - Returns: nil where the authority cannot be reached at present.
  func start(_ request: StartRequest) throws -> SignedStart?
}
