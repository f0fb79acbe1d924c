public import Files
public import Records

/// The reasons why the fieldbook refuses something or fails.
public enum FieldbookError: Error, Hashable, Sendable {
  // MARK: The home directory and the database
  /// A call of the operating system failed on something in the home directory.
  case home(path: String, operation: FileError.Operation, errno: Int32)
  /// A link, a pipe, a device or a folder has a name that this program uses for its own files.
  case strangeEntry(path: String)
  case store(StoreFault)
  /// The database is missing or empty, although files of a fieldbook are there.
  case databaseMissing(path: String)
  /// The file is a database of another program.
  case notAFieldbook(path: String)
  /// The database was written by a newer program: it names a migration that this one does not know.
  case fromTheFuture(migration: String)
  /// A row that this program wrote can no longer be read.
  case damagedRow(table: String, key: String)
  /// The event log differs from what was written, from entry `seq` on.
  case logBroken(seq: Int64, LogFault)

  /// The record that is kept names events or revisions that the log does not have.
  case recordAhead(InstallationID)
  /// The caller ended the operation.
  case cancelled

  // MARK: Installations
  /// No installation has this id, prefix or code.
  case notFound(String)
  /// Several installations begin with this text; at most ten are named.
  case ambiguous(String, matches: [InstallationID])
  /// An abbreviated id needs at least four characters.
  case referenceTooShort(String)
  case alreadyOpen(InstallationID)
  case refused(StepRefusal)
  /// The record is registered already, and `open` registers a record only once.
  case alreadyRegistered
  /// Another list was imported, or a surveyed welder was registered, while this list was being compared.
  case surveyGoneOn
  case retiredNeedsReason
  case retiredNeedsPhoto
  /// A retired welder takes no code.
  case retiredTakesNoCode
  /// The event holds something that no document can hold, such as 'not a number' or a date that nobody could read
  /// again.
  case unencodable(event: String)
  /// The evidence of an installation differs from what was written.
  case evidence(InstallationID, EvidenceFault)
  /// An event was added to the record while its agreement was made.
  case recordChanged(InstallationID)
  /// The photo is already evidence of another installation or stage.
  case photoUsed(sha256: String, by: InstallationID, stage: Photo.Stage)
  /// The photo is another file of a picture that is evidence of another installation or stage.
  case pictureUsed(sha256: String, by: InstallationID, stage: Photo.Stage)
  /// The photo shows nearly the same as one of another installation, and names no reason.
  case photoResembles(sha256: String, PhotoResemblance)
  /// The welder's brand and serial number are another record's, and no reason is named; at most ten are named.
  case welderKnown([InstallationID])
  /// Another record names this module, and no reason is named; at most ten are named.
  case moduleKnown(serialNumber: String, [InstallationID])
  /// This record took the module out because the module no longer responds.
  case moduleDead(serialNumber: String, InstallationID)
  /// The platform's record has revisions that this laptop's record lacks, so that the record cannot be changed
  /// here.
  case recordGoneOn(InstallationID)
  /// An inspection of a welder by the platform's record waits to be delivered, so that the record cannot be taken over yet.
  case inspectionWaits(InstallationID)
  /// This seal was put on another installation, or was put on this installation and is broken.
  case sealUsed(number: String, by: InstallationID)

  /// No draft of a registration has this number: another program has opened or dropped it.
  case draftGone(Int)

  // MARK: The clock
  /// The laptop's clock says a time before the newest entry that this laptop wrote.
  case clockBehind(now: Timestamp, newest: Timestamp)
  /// The laptop's clock says a time before `Fieldbook.earliestDay`, or a time that cannot be written.
  case clockImplausible(Timestamp)

  // MARK: Codes
  /// The blocks do not have as many codes left as were asked for.
  case codesExhausted(left: Int)
  case codeBound(LabelCode, to: InstallationID)
  /// This block shares serials with one that is already here.
  case blockOverlaps(CodeBlock)

  /// This block shares serials with one that was given to another laptop.
  case blockGiven(CodeBlock)

  // MARK: Units
  /// No record belongs to a unit of this id or name.
  case unitUnknown(String)
  /// Several units have this name; at most ten ids are named.
  case unitAmbiguous(String, units: [Unit])
  /// Both references name the same unit.
  case unitsSame(String)
  /// The record does not belong to this unit.
  case recordOfOtherUnit(InstallationID, unit: String)

  // MARK: Labels
  /// The labels of these codes are made already; at most ten are named.
  case labelsPrinted([LabelCode], count: Int)
  /// The labels of these codes cannot be printed again because they were never printed; at most ten are named.
  case labelsNotPrinted([LabelCode], count: Int)
  /// The label belongs to another order, which is interrupted or under way.
  case labelInOrder(LabelCode, output: String)
  /// The label's state does not allow what was asked for; nil means that there is no label.
  case labelIs(LabelCode, LabelState?)

  // MARK: Files
  case fileTooLarge(bytes: Int, largest: Int)
  case fileMissing(sha256: String)
  /// The file does not match its digest or its size.
  case fileDamaged(sha256: String)
  /// The text is not 64 lower-case hexadecimal digits.
  case notADigest

  // MARK: Keys and queue
  /// No key of this id was committed, or none for this installation.
  case keyUnknown(keyID: String)
  case keyInUse(keyID: String, by: InstallationID)
  case revisionUnknown(InstallationID, revision: Int)
  /// The platform acknowledged another digest than that of the bytes in the queue.
  case digestDiffers(InstallationID, revision: Int)
  /// The record cannot count as delivered before its keys and files are acknowledged.
  case stillPending(InstallationID, keys: Int, files: Int)
}

/// A failure of SQLite, sorted by what can be done about it.
public enum StoreFault: Hashable, Sendable {
  /// Another process kept the database locked longer than we wait.
  case busy
  case diskFull
  /// The disk cannot be written at all.
  case readOnly
  /// The permissions of the database file or its folder do not allow opening the file.
  case cannotOpen
  case corrupt
  case notADatabase
  /// Reading or writing failed, and the value is SQLite's extended result code,
  /// https://www.sqlite.org/rescode.html
  case inputOutput(Int32)
  case constraint(Int32)
  case other(Int32)
}

/// A fault in an entry of the event log.
public enum LogFault: Hashable, Sendable {
  /// The sequence numbers do not count up from 1 without a gap.
  case gap
  /// The entry does not name the digest of the entry before it.
  case previousDiffers
  /// The entry's digest is not that of its contents.
  case digestDiffers
}
