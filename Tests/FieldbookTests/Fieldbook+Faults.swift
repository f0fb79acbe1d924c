import Fieldbook
import Records

/// What a run judges before it sends the bytes of each.
extension Fieldbook {
  func fault(of record: PendingRecord) throws -> EvidenceFault? {
    try judging(record)() ?? files.judgement(ofFilesOf: record).fault
  }

  func fault(of original: PendingOriginal) throws -> EvidenceFault? { try files.fault(of: original.file) }

  func fault(of timestamp: PendingTimestamp) throws -> EvidenceFault? { try files.fault(of: timestamp.file) }
}
