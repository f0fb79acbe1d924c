import Archives
import Cryptography
import Glibc
import Terminal

extension ArchiveError: Explained {
  var failure: Failure {
    switch self {
    case .notAFile(let path):
      Failure(
        code: "archive.notAFile",
        message: Text(
          zh: "\(path) 是管道、设备或目录，档案写不进去", en: "\(path) is a pipe, a device or a folder, which takes no archive"),
        hint: Text(
          zh: "档案要在文件里来回写，写完还要读回核对：给一个文件名",
          en: "an archive is written at several places and read back when it is complete: name a file"),
        exit: .badData)
    case .archive(let error):
      switch error.operation {
      case .read, .list, .status: FileFailure.unreadable(path: error.path.text, errno: error.errno).failure
      default: FileFailure.unwritable(path: error.path.text, errno: error.errno).failure
      }
    case .unreadable(let entry, let errno):
      Failure(
        code: "archive.changed",
        message: Text(
          zh: "归档时读不了 \(entry)：\(systemText(errno).zh)",
          en: "cannot read \(entry) for the archive: \(systemText(errno).en)"),
        hint: Self.checkAgain)
    case .changed(let entry):
      Failure(
        code: "archive.changed",
        message: Text(
          zh: "归档时 \(entry) 的内容变了", en: "\(entry) became another file while the archive was made"),
        hint: Self.checkAgain)
    case .zip(let number):
      Failure(
        code: "archive.zip",
        message: Text(
          zh: "libzip 写不了档案（\(number)）", en: "libzip could not write the archive (\(number))"),
        hint: Text(
          zh: "记录太多时用 --since 分几次导出；否则请报告给开发者",
          en: "with very many installations export them in parts by --since; otherwise please report this"))
    case .noMemory:
      Failure(
        code: "archive.memory",
        message: Text(zh: "内存不够，没有归档", en: "there is not enough memory for the archive"),
        hint: Text(zh: "关掉别的程序，再运行同一命令", en: "close other programs and run the same command again"))
    case .cancelled: Cancelled().failure
    case .readBack(let fault):
      Failure(
        code: "archive.readBack",
        message: Text(
          zh: "写好的档案读回核对不对，已删除：\(fault.text.zh)",
          en: "the archive did not read back as it was written, and was removed: \(fault.text.en)"),
        hint: Text(
          zh: "检查磁盘，用 weldtech doctor 检查记录，再运行同一命令",
          en: "check the disk, check the records by `weldtech doctor`, and run the same command again"))
    case .damaged(let fault):
      Failure(
        code: "archive.damaged",
        message: Text(
          zh: "档案不是原样：\(fault.text.zh)", en: "the archive is not as it was written: \(fault.text.en)"),
        hint: Text(
          zh: "不要用这个文件作证据；从别处取回原来的档案，或重新导出",
          en: "do not rely on this file; get the archive from elsewhere, or export it again"), exit: .badData)
    case .unencodable(let entry):
      Failure(
        code: "archive.unencodable",
        message: Text(zh: "\(entry) 写不成 JSON", en: "\(entry) cannot be written as JSON"),
        hint: Text(zh: "用 weldtech doctor 检查记录", en: "check the records by `weldtech doctor`"))
    }
  }

  private static let checkAgain = Text(
    zh: "weldtech doctor 检查记录的文件，再运行同一命令",
    en: "`weldtech doctor` checks the files of the records; then run the same command again")
}

extension ArchiveFault {
  /// The fault and its place, in words.
  var text: Text {
    switch self {
    case .end(let offset):
      Text(zh: "第 \(offset) 字节处不是档案的结尾", en: "the archive does not end as it should, at byte \(offset)")
    case .header(let entry, let offset):
      Text(zh: "\(entry) 的文件头在第 \(offset) 字节处不对", en: "the header of \(entry) is wrong at byte \(offset)")
    case .unreadableHeader(let offset):
      Text(zh: "第 \(offset) 字节处的文件头读不出", en: "the header at byte \(offset) cannot be read")
    case .order(let entry, let offset):
      Text(
        zh: "\(entry) 重复或次序不对（第 \(offset) 字节）", en: "\(entry) is there twice or out of order (byte \(offset))")
    case .gap(let entry, let offset):
      Text(
        zh: "\(entry) 没有紧接着前一个文件（第 \(offset) 字节）",
        en: "\(entry) does not begin where the file before it ends (byte \(offset))")
    case .tooManyEntries(let count): Text(zh: "文件太多：\(count) 个", en: "it has too many files: \(count)")
    case .checksum(let entry, let offset, let size):
      Text(
        zh: "\(entry) 的内容被改过（第 \(offset) 字节起的 \(size) 字节）",
        en: "the contents of \(entry) were changed (\(size) bytes from byte \(offset))")
    case .missing(let entry): Text(zh: "缺少 \(entry)", en: "\(entry) is missing")
    case .unexpected(let entry):
      Text(zh: "多出 \(entry)，没有说明是什么", en: "\(entry) is there, and nothing says what for")
    case .digest(let entry, let list):
      Text(zh: "\(entry) 与 \(list) 里的摘要不一致", en: "\(entry) has another digest than in \(list)")
    case .differs(let entry, let offset):
      Text(
        zh: "\(entry) 与档案的其他内容不一致（第 \(offset) 字节）",
        en: "\(entry) does not agree with the rest of the archive (at its byte \(offset))")
    case .tooLarge(let entry, let bytes):
      Text(zh: "\(entry) 有 \(bytes) 字节，太长", en: "\(entry) is too long with \(bytes) bytes")
    case .notOfRecord(let entry):
      Text(zh: "\(entry) 的名称或日期不是记录的", en: "the name or the date of \(entry) is not the record's")
    case .logLine(let entry, let line):
      Text(zh: "\(entry) 第 \(line) 行读不出", en: "line \(line) of \(entry) cannot be read")
    case .logEntry(let entry, let line, let seq):
      Text(
        zh: "\(entry) 第 \(line) 行（事件 \(seq)）与它的摘要或前一条不一致",
        en: "line \(line) of \(entry) (event \(seq)) does not agree with its digest or the entry before")
    case .replay(let entry): Text(zh: "\(entry) 的事件加不成一条记录", en: "the events of \(entry) add up to no record")
    case .revision(let entry):
      Text(zh: "\(entry) 不是事件日志加出来的记录", en: "\(entry) is not the record that the log adds up to")
    case .seal(let entry, let fault):
      Text(
        zh: "\(entry) 的签章不成立：\(Self.text(of: fault).zh)",
        en: "the seal \(entry) does not hold: \(Self.text(of: fault).en)")
    }
  }

  /// What is wrong with the seal over a list of files.
  private static func text(of fault: SealFault) -> Text {
    guard fault.place != .content || fault.isInTimestamp else {
      return Text(zh: "它不是对这份清单的", en: "it is over another list of files")
    }
    let place =
      fault.offset.map { Text(zh: "第 \($0) 字节", en: "byte \($0)") } ?? Text(zh: "内容", en: "its content")
    return fault.isInTimestamp
      ? Text(
        zh: "时间戳在\(place.zh)不对（\(fault.place.rawValue)）",
        en: "its timestamp is wrong at \(place.en) (\(fault.place.rawValue))")
      : Text(
        zh: "\(place.zh)不对（\(fault.place.rawValue)）", en: "it is wrong at \(place.en) (\(fault.place.rawValue))"
      )
  }
}
