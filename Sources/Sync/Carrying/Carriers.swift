import Cryptography
import Records
import Threads

/// The threads of a run, and what they share: records are carried by some of them, and their files by others,
/// so that one record's files go side by side and yet no more of them at once than the line can use.
final class Carriers: Sendable {
  let desk: Desk<Office>
  let destination: any Destination
  let files: any FileStore
  let retry: Retry
  private let pieceSize = PieceSize()
  private let jobs = Monitor(Jobs())

  /// One file on its way, and the group that waits for it.
  struct FileJob: Sendable {
    let file: PendingFile
    let installation: InstallationID
    /// The agreement's file, where this file is its timestamp; else nil.
    let agreement: FileDigest?
    fileprivate let group: Monitor<Group>
    fileprivate let place: Int
  }

  /// Files that are waited for together.
  fileprivate struct Group {
    var left: Int
    /// The first failure by the files' order, with its place.
    var failure: (place: Int, error: any Error)?
  }

  private struct Jobs {
    var waiting: [FileJob] = []
    /// The files on their way. A file that several records name is carried for one record after the other, so
    /// that no upload has two senders.
    var carried: Set<FileDigest> = []
    /// The number of threads that may still bring files.
    var senders = 0
  }

  init(desk: Desk<Office>, destination: any Destination, files: any FileStore, retry: Retry) {
    self.desk = desk
    self.destination = destination
    self.files = files
    self.retry = retry
  }

  // MARK: - Threads

  /// Runs `send` on threads until all have ended, with other threads for the files that they bring.
  /// - Parameters:
  ///   - senders: the number of threads that run `send`, 1 or more.
  ///   - transfers: the number of files that go at once; 0 where `send` brings none.
  func run(_ office: Office, senders: Int, transfers: Int, send: @escaping @Sendable () throws -> Void) throws {
    let fileThreads = Monitor(0)
    try desk.serve(
      office, carriers: senders + transfers, atLeast: transfers > 0 ? 2 : 1,
      together: { try office.outbox.together($0) },
      prepare: { [self] started in
        // The threads for files come first: without them, a thread that waits for its files would wait for
        // ever.
        let files = min(transfers, started - 1)
        fileThreads.withLock { $0 = files }
        jobs.withLock { $0.senders = started - files }
      },
      body: { [self] number in
        guard number >= fileThreads.withLock({ $0 }) else { return carryFiles() }
        defer { jobs.change { $0.senders -= 1 } }
        try send()
      })
  }

  private func carryFiles() {
    while let job = nextFile() {
      let error: (any Error)?
      if job.group.withLock({ $0.failure }) != nil {
        // A record whose file failed waits for the next run, and so do its other files.
        error = nil
      } else if retry.stop.isRequested {
        error = RunStopped()
      } else {
        error = Result { try carry(job) }.failure
      }
      jobs.change { _ = $0.carried.remove(job.file.sha256) }
      job.group.change { group in
        group.left -= 1
        guard let error, group.failure.map({ job.place < $0.place }) ?? true else { return }
        group.failure = (job.place, error)
      }
    }
  }

  private func nextFile() -> FileJob? {
    jobs.wait(milliseconds: nil) { jobs -> FileJob?? in
      guard let place = jobs.waiting.firstIndex(where: { !jobs.carried.contains($0.file.sha256) }) else {
        return jobs.waiting.isEmpty && jobs.senders == 0 ? .some(nil) : nil
      }
      let job = jobs.waiting.remove(at: place)
      jobs.carried.insert(job.file.sha256)
      return .some(job)
    } ?? nil
  }

  // MARK: - Files

  /// Delivers files side by side, and returns when all of them are through.
  /// - Throws: the failure of the first file that failed, by the files' order; other files may then be untried.
  func deliver(_ files: [PendingFile], of id: InstallationID, timestampOf agreement: FileDigest? = nil) throws {
    guard !files.isEmpty else { return }
    let group = Monitor(Group(left: files.count))
    jobs.change { jobs in
      jobs.waiting += files.enumerated().map {
        FileJob(file: $1, installation: id, agreement: agreement, group: group, place: $0)
      }
    }
    group.wait(milliseconds: nil) { $0.left == 0 ? () : nil }
    if let failure = group.withLock({ $0.failure }) { throw failure.error }
  }

  private func carry(_ job: FileJob) throws {
    let (file, id) = (job.file, job.installation)
    let desk = desk
    let onEvent = { @Sendable (event: SyncEvent) in desk.post { $0.onEvent(event) } }
    onEvent(.fileBegun(sha256: file.sha256, bytes: file.bytes, of: id))
    let carriage = FileCarriage(
      memory: UploadsAtDesk(desk: desk), retry: retry, pieceSize: pieceSize, onEvent: onEvent)
    try destination.deliver(file, timestampOf: job.agreement, by: carriage) {
      do {
        return [UInt8](try files.judgedContents(of: file.sha256))
      } catch {
        throw FileUnavailable()
      }
    }
    let agreement = job.agreement
    try desk.ask { office in
      let at = office.clock.now()
      if let agreement {
        try office.outbox.acknowledge(timestamp: file.sha256, of: agreement, at: at)
      } else {
        try office.outbox.acknowledge(file: file.sha256, of: id, at: at)
      }
    }
  }
}

/// Reads and stores the addresses of unfinished uploads by way of the desk.
private struct UploadsAtDesk: UploadMemory {
  let desk: Desk<Office>

  func uploadAddress(of sha256: FileDigest) throws -> String? {
    try desk.ask { try $0.uploads.uploadAddress(of: sha256) }
  }

  func remember(uploadAddress: String?, of sha256: FileDigest) throws {
    try desk.ask { try $0.uploads.remember(uploadAddress: uploadAddress, of: sha256) }
  }
}

/// The error that the run was stopped before a file's turn came.
struct RunStopped: Error {}

/// The error that the file store could not give a file.
struct FileUnavailable: Error {}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
