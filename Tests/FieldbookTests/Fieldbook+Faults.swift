import Fieldbook
import Records

/// Finds the faults for which a run of the queue checks each item before it sends the bytes.
extension Fieldbook {
  func fault(of record: PendingRecord) throws -> EvidenceFault? {
    try judging(record)() ?? files.judgement(ofFilesOf: record).fault
  }

  func fault(of original: PendingOriginal) throws -> EvidenceFault? { try files.fault(of: original.file) }

  func fault(of timestamp: PendingTimestamp) throws -> EvidenceFault? { try files.fault(of: timestamp.file) }
}
