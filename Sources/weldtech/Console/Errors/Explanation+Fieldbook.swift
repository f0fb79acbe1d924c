import Fieldbook
import Files
import Glibc
import Records
import Terminal

extension FieldbookError: Explained {
  /// The first eight characters of each id, as they are typed.
  private static func names(_ ids: [InstallationID]) -> String {
    ids.map { String($0.text.prefix(8)) }.joined(separator: ", ")
  }

  private static func first(_ ids: [InstallationID]) -> String {
    ids.first.map { String($0.text.prefix(8)) } ?? "ID"
  }

  var failure: Failure {
    switch self {
    case .home(_, _, ENOSPC), .home(_, _, EDQUOT): StoreFault.diskFull.failure
    case .home(_, _, EROFS): StoreFault.readOnly.failure
    case .home(let path, .createDirectory, ELOOP):
      Failure(
        code: "fieldbook.home",
        message: Text(
          zh: "数据目录 \(path) 打不开：链接绕成了圈，或层数太多",
          en: "the data folder \(path) cannot be opened: its links lead round in a circle, or are too many"),
        hint: Text(
          zh: "检查这个链接，或用 --home 指定真正的目录", en: "mend the link, or name the folder itself by --home"))
    case .home(let path, let operation, let errno):
      Failure(
        code: "fieldbook.home",
        message: Text(
          zh: "\(operation.title.zh) \(path) 时出错：\(systemText(errno).zh)",
          en: "cannot \(operation.title.en) \(path): \(systemText(errno).en)"),
        hint: Text(
          zh: "检查磁盘空间和目录权限；没有丢失任何已保存的记录",
          en: "check the disk's space and the folder's permissions; nothing that was stored is lost"))
    case .strangeEntry(let path):
      Failure(
        code: "fieldbook.strangeEntry",
        message: Text(
          zh: "数据目录里的 \(path) 是链接、管道或别的东西，不是 weldtech 自己的文件",
          en: "\(path) in the data folder is a link, a pipe or something else that weldtech did not put there"),
        hint: Text(
          zh: "把它移走；数据要放到别的磁盘时，整个目录移过去并用 --home 指定",
          en: "move it away; to keep the data on another disk, move the whole folder and name it by --home"))
    case .store(let fault): fault.failure
    case .databaseMissing(let path):
      Failure(
        code: "fieldbook.databaseMissing",
        message: Text(
          zh: "\(path) 不见了或是空的，而旁边的 files 里有文件",
          en: "\(path) is missing or empty, while there are files of a fieldbook beside it"),
        hint: Text(
          zh: "从备份恢复 fieldbook.sqlite；要新建记录本，用 --home 指定别的目录",
          en: "restore fieldbook.sqlite from a backup; for a new fieldbook name another folder by --home"))
    case .notAFieldbook(let path):
      Failure(
        code: "fieldbook.notOurs",
        message: Text(zh: "\(path) 不是 weldtech 的记录本", en: "\(path) is not a fieldbook of weldtech"),
        hint: Text(zh: "用 --home 指定别的目录", en: "name another folder by --home"))
    case .fromTheFuture(let migration):
      Failure(
        code: "fieldbook.future",
        message: Text(
          zh: "记录本由更新版本的 weldtech 写成（\(migration)）",
          en: "the fieldbook was written by a newer weldtech (\(migration))"),
        hint: Text(zh: "升级 weldtech", en: "install the newer weldtech"))
    case .damagedRow(let table, let key):
      Failure(
        code: "fieldbook.damaged",
        message: Text(
          zh: "记录本的 \(table) 中 \(key) 已损坏", en: "row \(key) of \(table) in the fieldbook is damaged"),
        hint: Text(
          zh: "weldtech doctor 逐条检查并改正；改不了的作废重登，或从备份恢复",
          en:
            "`weldtech doctor` checks and mends record by record; what it cannot mend is taken back by `weldtech void`, or restored from a backup"
        ))
    case .logBroken(let seq, let fault):
      Failure(
        code: "fieldbook.log",
        message: Text(
          zh: "事件日志从第 \(seq) 条起与写入时不同（\(fault.title.zh)）",
          en: "the event log is not what was written, from entry \(seq) on (\(fault.title.en))"),
        hint: Text(zh: "保留现状并报告公司", en: "leave it as it is and report it to the company"))
    case .recordAhead(let id):
      Failure(
        code: "fieldbook.recordAhead",
        message: Text(
          zh: "记录 \(id.text.prefix(8)) 比事件日志更新，日志缺了后面的事件",
          en: "record \(id.text.prefix(8)) is newer than the event log, which has lost its last events"),
        hint: Text(
          zh: "没有改动这条记录；从备份恢复数据目录，并报告公司",
          en: "nothing was changed; restore the data folder from a backup and report it to the company"))
    case .cancelled: Cancelled().failure
    case .notFound(let reference):
      Failure(
        code: "installation.notFound",
        message: Text(zh: "没有安装记录 \(reference)", en: "there is no installation \(reference)"),
        hint: LabelCode(meantBy: reference).map {
          Text(zh: "是不是 \($0)（0 与 O、1 与 I 混了）？", en: "did you mean \($0), with O for 0 or I for 1?")
        } ?? Text(zh: "weldtech list 列出全部", en: "`weldtech list` lists them"), exit: .badData)
    case .ambiguous(let reference, let matches):
      Failure(
        code: "installation.ambiguous",
        message: Text(
          zh: "\(reference) 对应多条记录：\(matches.map(\.text).joined(separator: "、"))",
          en: "\(reference) is the beginning of several: \(matches.map(\.text).joined(separator: ", "))"),
        hint: Text(zh: "多写几位", en: "write more of it"), exit: .badData)
    case .referenceTooShort(let reference):
      Failure(
        code: "installation.tooShort",
        message: Text(zh: "“\(reference)”太短", en: "'\(reference)' is too short"),
        hint: Text(zh: "至少写 4 位，或写完整的标牌码", en: "write at least 4 characters of the id, or the whole code"),
        exit: .usage)
    case .alreadyOpen(let id):
      Failure(
        code: "installation.exists",
        message: Text(zh: "安装记录 \(id) 已经有了", en: "installation \(id) is already there"),
        hint: Text(zh: "weldtech show \(id)", en: "weldtech show \(id)"))
    case .refused(let refusal): StepRefused(step: nil, refusal: refusal).failure
    case .alreadyRegistered:
      Failure(
        code: "installation.registered",
        message: Text(zh: "这条记录已登记", en: "this record is registered already"),
        hint: Text(zh: "weldtech next 说明下一步", en: "`weldtech next` says what is next"))
    case .surveyGoneOn:
      Failure(
        code: "ledger.goneOn",
        message: Text(
          zh: "核对期间又导入了别的调研表，或有焊机登记了，这次没有导入",
          en:
            "another list was imported, or a welder was registered, while this list was looked at; nothing was imported"
        ),
        hint: Text(zh: "再运行同一命令", en: "run the same command again"))
    case .retiredNeedsReason:
      Failure(
        code: "register.retired.reason",
        message: Text(zh: "淘汰的焊机要写明原因", en: "a retired welder needs a reason"),
        hint: Text(zh: "加上 --retired-reason", en: "add --retired-reason"), exit: .usage)
    case .retiredNeedsPhoto:
      Failure(
        code: "register.retired.photo",
        message: Text(zh: "淘汰的焊机要有一张照片", en: "a retired welder needs a photo"),
        hint: Text(zh: "加上 --photo 文件", en: "add --photo FILE"), exit: .usage)
    case .retiredTakesNoCode:
      Failure(
        code: "register.retired.code",
        message: Text(zh: "淘汰的焊机不占用标牌码", en: "a retired welder takes no code"),
        hint: Text(zh: "去掉 --code", en: "leave --code out"), exit: .usage)
    case .unencodable(let event):
      Failure(
        code: "fieldbook.unencodable",
        message: Text(zh: "事件 \(event) 里有无法保存的数值", en: "event \(event) holds a number that cannot be stored"),
        hint: Text(zh: "重新测量", en: "measure again"), exit: .badData)
    case .evidence(let id, let fault): fault.failure(of: id)
    case .recordChanged(let id):
      Failure(
        code: "evidence.changed",
        message: Text(
          zh: "制作协议时记录 \(id.text.prefix(8)) 又有改动，没有签署",
          en: "record \(id.text.prefix(8)) was added to while its agreement was made; nothing was signed"),
        hint: Text(zh: "再运行同一命令", en: "run the same command again"))
    case .photoUsed(let sha256, let id, let stage):
      Failure(
        code: "photo.used",
        message: Text(
          zh: "照片 \(sha256.prefix(12)) 已是记录 \(id.text.prefix(8)) 的“\(stage.title.zh)”照片",
          en: "photo \(sha256.prefix(12)) is already evidence of \(id.text.prefix(8)) (\(stage.title.en))"),
        hint: Text(zh: "为这台焊机、这一步另拍一张", en: "take another photo, of this welder and this step"),
        exit: .badData)
    case .pictureUsed(let sha256, let id, let stage):
      Failure(
        code: "photo.same",
        message: Text(
          zh: "照片 \(sha256.prefix(12)) 与记录 \(id.text.prefix(8)) 的“\(stage.title.zh)”照片是同一张，只是文件不同",
          en:
            "photo \(sha256.prefix(12)) is another file of a photo of \(id.text.prefix(8)) (\(stage.title.en))"),
        hint: Text(zh: "为这台焊机、这一步另拍一张", en: "take another photo, of this welder and this step"),
        exit: .badData)
    case .photoResembles(let sha256, let other):
      Failure(
        code: "photo.resembles",
        message: Text(
          zh:
            "照片 \(sha256.prefix(12)) 与记录 \(other.installation.text.prefix(8)) 的“\(other.stage.title.zh)”照片几乎一样，没有附上",
          en:
            "photo \(sha256.prefix(12)) shows nearly the same as one of \(other.installation.text.prefix(8)) (\(other.stage.title.en)); nothing was attached"
        ),
        hint: Text(
          zh: "为这台焊机另拍一张；确实没有错，就用 --reason（photo 以外的命令用 --photo-reason）写明原因",
          en:
            "take another photo, of this welder; where this one is right, say why with --reason (other commands than photo: --photo-reason)"
        ), exit: .badData)
    case .welderKnown(let ids):
      Failure(
        code: "welder.known",
        message: Text(
          zh: "这台焊机（品牌和出厂编号相同）已有记录：\(Self.names(ids))",
          en: "a welder of this brand and serial number is on record already: \(Self.names(ids))"),
        hint: Text(
          zh: "核对铭牌，查看 weldtech show \(Self.first(ids))；确实是另一台或要重新登记，用 --reason 写明原因",
          en:
            "compare the nameplate with `weldtech show \(Self.first(ids))`; where it is right all the same, say why by --reason"
        ), exit: .badData)
    case .moduleKnown(let serialNumber, let ids):
      Failure(
        code: "module.known",
        message: Text(
          zh: "模块 \(serialNumber) 已在另一条记录里：\(Self.names(ids))",
          en: "module \(serialNumber) is in another record already: \(Self.names(ids))"),
        hint: Text(
          zh: "检查是不是接错了模块；确实要用在这台焊机上，用 --reason 写明原因",
          en: "check which module is on the cable; where it does belong to this welder, say why by --reason"),
        exit: .badData)
    case .moduleDead(let serialNumber, let id):
      Failure(
        code: "module.dead",
        message: Text(
          zh: "模块 \(serialNumber) 在记录 \(id.text.prefix(8)) 里已作为坏模块换下，不能再用",
          en:
            "module \(serialNumber) was taken out as dead in record \(id.text.prefix(8)), and is not fitted again"
        ),
        hint: Text(zh: "换一个模块", en: "take another module"), exit: .badData)
    case .recordGoneOn(let id):
      Failure(
        code: "correct.goneOn",
        message: Text(
          zh: "平台上的记录 \(id.text.prefix(8)) 已有别人的新内容，本机不能再改",
          en:
            "the platform's record \(id.text.prefix(8)) has gone on with what others added, and is not changed here"
        ),
        hint: Text(zh: "报告公司，由公司在平台上处理", en: "report it to the company, which deals with the platform's record")
      )
    case .inspectionWaits(let id):
      Failure(
        code: "repair.record.inspected",
        message: Text(
          zh: "本机对 \(id.text.prefix(8)) 的检查还没有上传，上传以前不能接手它的记录",
          en:
            "this laptop's inspection of \(id.text.prefix(8)) waits to be delivered, and until then the record is not taken over"
        ),
        hint: Text(
          zh: "联网运行 weldtech sync，再运行一次", en: "run `weldtech sync` with a network, and then this again"))
    case .sealUsed(let number, let id):
      Failure(
        code: "seal.used",
        message: Text(
          zh: "封条 \(number) 已用于记录 \(id.text.prefix(8))",
          en: "seal \(number) is or was on installation \(id.text.prefix(8))"),
        hint: Text(zh: "核对编号，换一条新封条", en: "check the number, or put on a new seal"), exit: .badData)
    case .clockBehind(let now, let newest):
      Failure(
        code: "clock.behind",
        message: Text(
          zh: "电脑时间 \(now.screenText)，早于本机最后一次记录 \(newest.screenText)，没有保存",
          en:
            "the clock says \(now.screenText), before the last thing this laptop wrote, \(newest.screenText); nothing was stored"
        ),
        hint: ClockTexts.remedy)
    case .clockImplausible(let now):
      Failure(
        code: "clock.implausible",
        message: Text(
          zh: "电脑时间 \(now.screenText) 不可能对，没有保存",
          en: "the clock says \(now.screenText), which cannot be; nothing was stored"),
        hint: ClockTexts.setting)
    case .draftGone(let number):
      Failure(
        code: "draft.gone",
        message: Text(
          zh: "没有草稿 \(number)，可能已经登记或删除了",
          en: "there is no draft \(number): it may have been registered or deleted"),
        hint: Text(
          zh: "weldtech list 看是否已登记；没有就重新登记：weldtech register",
          en: "`weldtech list` shows whether it is registered; if not, register anew: weldtech register"),
        exit: .badData)
    case .codesExhausted(let left):
      Failure(
        code: "codes.exhausted",
        message: Text(zh: "这台电脑的标牌码只剩 \(left) 个", en: "this laptop has \(left) codes left"),
        hint: Text(
          zh: "联网运行 weldtech sync 领取，或用 weldtech setup --codes 录入公司分配的号段",
          en:
            "get a block by `weldtech sync` with a network, or enter the company's by `weldtech setup --codes`")
      )
    case .codeBound(let code, let id):
      Failure(
        code: "code.bound",
        message: Text(zh: "标牌码 \(code) 已用于安装记录 \(id)", en: "code \(code) is bound to installation \(id)"),
        hint: Text(zh: "换一块标牌", en: "take another label"), exit: .badData)
    case .blockOverlaps(let block):
      Failure(
        code: "codes.overlap",
        message: Text(
          zh: "号段与已有的 \(block) 重叠", en: "the block shares codes with \(block), which is already here"),
        hint: Text(zh: "向公司核对号段", en: "check the block with the company"), exit: .badData)
    case .blockGiven(let block):
      Failure(
        code: "codes.given",
        message: Text(
          zh: "号段 \(block) 已经从这台电脑分给别的电脑了", en: "block \(block) was given to another laptop from here"),
        hint: Text(
          zh: "向公司另要一个号段；同一个号段用在两台电脑上会出现重复的标牌码",
          en: "ask the company for another block; two laptops with one block would make the same codes twice"),
        exit: .badData)
    case .unitUnknown(let text):
      Failure(
        code: "unit.unknown", message: Text(zh: "没有单位“\(text)”", en: "there is no unit '\(text)'"),
        hint: Text(
          zh: "weldtech unit list 列出全部；写单位编号或全名",
          en: "`weldtech unit list` lists them; write the id or the whole name"),
        exit: .badData)
    case .unitAmbiguous(let text, let units):
      Failure(
        code: "unit.ambiguous",
        message: Text(
          zh: "叫“\(text)”的单位不止一个："
            + units.map { "\($0.id)（\($0.street ?? "–")，\($0.welders) 台）" }.joined(separator: "、"),
          en: "several units are called '\(text)': "
            + units.map { "\($0.id) (\($0.street ?? "–"), \($0.welders) welders)" }.joined(separator: ", ")),
        hint: Text(zh: "写其中一个的单位编号", en: "write the id of one of them"), exit: .badData)
    case .unitsSame(let unit):
      Failure(
        code: "unit.same", message: Text(zh: "两个都是单位 \(unit)", en: "both are unit \(unit)"),
        hint: Text(zh: "weldtech unit show 看它包括哪些记录", en: "`weldtech unit show` says which records it has"),
        exit: .badData)
    case .recordOfOtherUnit(let id, let unit):
      Failure(
        code: "unit.otherRecord",
        message: Text(
          zh: "记录 \(id.text.prefix(8)) 不属于单位 \(unit)",
          en: "record \(id.text.prefix(8)) does not belong to unit \(unit)"),
        hint: Text(
          zh: "没有改动；weldtech unit show 看它包括哪些记录",
          en: "nothing was changed; `weldtech unit show` says which records it has"),
        exit: .badData)
    case .labelsPrinted, .labelsNotPrinted, .labelInOrder, .labelIs: labelFailure
    case .fileTooLarge(let bytes, let largest):
      Failure(
        code: "file.tooLarge",
        message: Text(
          zh: "文件有 \(bytes) 字节，超过 \(largest)", en: "the file has \(bytes) bytes, more than \(largest)"),
        hint: Text(zh: "缩小后再试", en: "make it smaller"), exit: .badData)
    case .fileMissing(let sha256):
      Failure(
        code: "fieldbook.file.missing",
        message: Text(zh: "文件 \(sha256.prefix(12)) 不见了", en: "file \(sha256.prefix(12)) is gone"),
        hint: Text(zh: "从备份恢复数据目录", en: "restore the data folder from a backup"))
    case .fileDamaged(let sha256):
      Failure(
        code: "fieldbook.file.damaged",
        message: Text(
          zh: "文件 \(sha256.prefix(12)) 与保存时不同", en: "file \(sha256.prefix(12)) is not what was stored"),
        hint: Text(zh: "从备份恢复数据目录", en: "restore the data folder from a backup"))
    case .notADigest, .keyUnknown, .keyInUse, .revisionUnknown, .digestDiffers, .stillPending:
      Failure(
        code: "fieldbook.inconsistent",
        message: Text(zh: "记录本内部不一致：\(self)", en: "the fieldbook contradicts itself: \(self)"),
        hint: Text(zh: "请报告给开发者；没有改动任何记录", en: "please tell the developers; nothing was changed"))
    }
  }
}

extension FileError.Operation {
  fileprivate var title: Text {
    switch self {
    case .createDirectory: Text(zh: "新建目录", en: "make the folder")
    case .create: Text(zh: "新建", en: "create")
    case .write: Text(zh: "写入", en: "write")
    case .sync: Text(zh: "存盘", en: "sync")
    case .rename: Text(zh: "改名", en: "rename")
    case .read: Text(zh: "读取", en: "read")
    case .lock: Text(zh: "锁定", en: "lock")
    case .list: Text(zh: "列出", en: "list")
    case .remove: Text(zh: "删除", en: "remove")
    case .link: Text(zh: "建立链接", en: "link")
    case .status: Text(zh: "查看", en: "look at")
    }
  }
}

extension StoreFault {
  var failure: Failure {
    switch self {
    case .busy:
      Failure(
        code: "fieldbook.busy",
        message: Text(zh: "记录本正被另一个 weldtech 使用", en: "the fieldbook is in use by another weldtech"),
        hint: Text(zh: "等它结束再试", en: "wait for it to finish and try again"))
    case .diskFull:
      Failure(
        code: "fieldbook.diskFull", message: Text(zh: "磁盘满了，没有保存", en: "the disk is full; nothing was stored"),
        hint: Text(zh: "腾出空间再运行同一命令", en: "make room and run the same command again"))
    case .readOnly:
      Failure(
        code: "fieldbook.readOnly",
        message: Text(zh: "磁盘是只读的，没有保存", en: "the disk is read-only; nothing was stored"),
        hint: Text(
          zh: "重新以可写方式挂载磁盘（先检查它有没有出错：dmesg），再运行同一命令",
          en: "mount the disk for writing (after `dmesg` for its errors) and run the same command again"))
    case .cannotOpen:
      Failure(
        code: "fieldbook.permission",
        message: Text(zh: "记录本打不开或不能写", en: "the fieldbook cannot be opened or written"),
        hint: Text(zh: "检查数据目录的权限", en: "check the data folder's permissions"))
    case .corrupt, .notADatabase:
      Failure(
        code: "fieldbook.corrupt", message: Text(zh: "记录本已损坏", en: "the fieldbook is damaged"),
        hint: Text(zh: "从备份恢复", en: "restore it from a backup"))
    case .inputOutput(let code), .constraint(let code), .other(let code):
      Failure(
        code: "fieldbook.store",
        message: Text(
          zh: "数据库报告错误 \(StoreCodes.name(of: code))",
          en: "the database reports \(StoreCodes.name(of: code))"),
        hint: Text(zh: "检查磁盘；再运行同一命令", en: "check the disk and run the same command again"))
    }
  }
}
