import Tables
import Terminal

// These texts say what keeps a file from being read as a table, for lists of labels and of surveys alike.

extension TableFault {
  /// What is wrong with the file, in words that follow its name.
  var sentence: Text {
    switch self {
    case .csv(let error): error.sentence
    case .workbook(let error): error.sentence
    case .severalSheets(let names):
      Text(
        zh: "有 \(names.count) 个有内容的工作表：\(names.joined(separator: "、"))",
        en: "has \(names.count) sheets that are not empty: \(names.joined(separator: ", "))")
    case .noConverter(let kind):
      Text(
        zh: "\(kind.sentence.zh)，本机没有能转换它的程序", en: "\(kind.sentence.en), and no program here converts it")
    case .notConverted(let kind, let program):
      Text(
        zh: "\(kind.sentence.zh)，\(program) 没能转换它", en: "\(kind.sentence.en), and \(program) did not convert it"
      )
    }
  }

  var remedy: Text {
    switch self {
    case .csv(let error): error.remedy
    case .workbook(let error): error.remedy
    case .severalSheets:
      Text(zh: "只留一个工作表，其余删掉，再存一次", en: "keep one sheet, delete the others, and save it again")
    case .noConverter, .notConverted:
      Text(
        zh:
          "用 Excel 或 WPS 打开它，“文件 → 另存为”，文件类型选“Excel 工作簿 (*.xlsx)”；或安装 LibreOffice 或 gnumeric（sudo apt install gnumeric）",
        en:
          "open it in Excel or WPS, choose File, Save As, file type 'Excel Workbook (*.xlsx)'; or install LibreOffice or gnumeric (sudo apt install gnumeric)"
      )
    }
  }
}

extension WorkbookError {
  fileprivate var sentence: Text {
    switch self {
    case .tooLarge(let bytes, let max):
      Text(zh: "有 \(bytes) 字节，超过 \(max)", en: "has \(bytes) bytes, more than \(max)")
    case .damaged(let part): Text(zh: "已损坏\(Self.zh(part))", en: "is damaged\(Self.en(part))")
    case .missing(let part): Text(zh: "不完整，缺 \(part)", en: "is incomplete: \(part) is missing")
    case .unpacksTooLarge(let part, let max):
      Text(
        zh: "解压后超过 \(max >> 20) MiB\(Self.zh(part))",
        en: "has more than \(max >> 20) MiB when it is unpacked\(Self.en(part))")
    case .documentType(let part):
      Text(
        zh: "含有文档类型声明\(Self.zh(part))，表格程序不会这样存",
        en: "has a document type, which no spreadsheet program writes\(Self.en(part))")
    case .oversized(let part):
      Text(zh: "结构不正常\(Self.zh(part))", en: "is built as no workbook is\(Self.en(part))")
    case .tooManyCells(let sheet, let max):
      Text(
        zh: "工作表“\(sheet)”有内容的单元格超过 \(max) 个", en: "has more than \(max) cells with a text in sheet '\(sheet)'")
    case .tooManyRows(let sheet, let max):
      Text(zh: "工作表“\(sheet)”超过 \(max) 行", en: "has more than \(max) rows in sheet '\(sheet)'")
    case .tooManySheets(let max): Text(zh: "超过 \(max) 个工作表", en: "has more than \(max) sheets")
    case .tooMuchText(let max): Text(zh: "文字超过 \(max >> 20) MiB", en: "has more than \(max >> 20) MiB of text")
    case .binary: Text(zh: "是二进制工作簿（.xlsb）", en: "is a binary workbook (.xlsb)")
    case .outOfMemory: Text(zh: "读取时内存不足", en: "does not fit into memory")
    }
  }

  fileprivate var remedy: Text {
    switch self {
    case .tooLarge, .unpacksTooLarge, .tooManyCells, .tooManyRows, .tooManySheets, .tooMuchText, .outOfMemory:
      Text(
        zh: "把清单复制到一个新工作簿里（只粘贴数值），去掉图片和多余的工作表，再存一次",
        en: "copy the list into a new workbook, values only, without pictures and other sheets, and save it")
    case .damaged, .missing, .documentType, .oversized, .binary:
      Text(
        zh: "用 Excel 或 WPS 打开它，“文件 → 另存为”，文件类型选“Excel 工作簿 (*.xlsx)”，再用存好的文件",
        en:
          "open it in Excel or WPS, choose File, Save As, file type 'Excel Workbook (*.xlsx)', and use that file"
      )
    }
  }

  private static func zh(_ part: String) -> String { part.isEmpty ? "" : "（\(part)）" }
  private static func en(_ part: String) -> String { part.isEmpty ? "" : " (\(part))" }
}

extension CSVError {
  var sentence: Text {
    switch self {
    case .tooLarge(let bytes, let max):
      Text(zh: "有 \(bytes) 字节，超过 \(max)", en: "has \(bytes) bytes, more than \(max)")
    case .brokenText(let encoding, let lines):
      Text(
        zh: "是 \(encoding.rawValue) 编码，但第 \(lines.map(String.init).joined(separator: "、")) 行有坏字符",
        en:
          "is \(encoding.rawValue), but for broken characters in line \(lines.map(String.init).joined(separator: ", "))"
      )
    case .document(let kind): kind.sentence
    case .empty: Text(zh: "是空的", en: "is empty")
    case .tooManyRows(let max): Text(zh: "超过 \(max) 行", en: "has more than \(max) rows")
    case .tooManyColumns(let count, let max):
      Text(zh: "有 \(count) 列，超过 \(max)", en: "has \(count) columns, more than \(max)")
    }
  }

  var remedy: Text {
    switch self {
    case .document(.encrypted):
      Text(
        zh: "用 Excel 或 WPS 打开它，去掉密码（文件 → 信息 → 保护工作簿），另存后再用",
        en: "open it in Excel or WPS, take the password off (File, Info, Protect Workbook), and save it")
    case .document:
      Text(
        zh: "用 Excel 或 WPS 打开它，“文件 → 另存为”，文件类型选“Excel 工作簿 (*.xlsx)”，再用存好的文件",
        en:
          "open it in Excel or WPS, choose File, Save As, file type 'Excel Workbook (*.xlsx)', and use that file"
      )
    case .brokenText:
      Text(
        zh: "改正那几行的字，重新另存为 CSV；如果编码认错了，用 --encoding utf-8|gb18030|utf-16 指明",
        en:
          "mend those lines and save it as CSV again; where the encoding was taken for another, name it by --encoding utf-8|gb18030|utf-16"
      )
    default:
      Text(
        zh: "另存为 Excel 工作簿（.xlsx）或 CSV（UTF-8、GB18030 或 UTF-16，用逗号、分号或制表符分隔）",
        en:
          "save it as an Excel workbook (.xlsx) or as CSV (UTF-8, GB18030 or UTF-16, separated by commas, semicolons or tabs)"
      )
    }
  }
}

extension CSVError.DocumentKind {
  var sentence: Text {
    switch self {
    case .xlsx:
      Text(zh: "是 Excel 工作簿（.xlsx）", en: "is a workbook of Excel (.xlsx)")
    case .xls:
      Text(zh: "是旧版表格文件（.xls 或 .et）", en: "is a workbook of Excel or WPS (.xls, .et)")
    case .encrypted: Text(zh: "是加了密码的工作簿", en: "is a workbook with a password")
    case .ods:
      Text(zh: "是 OpenDocument 表格（.ods）", en: "is a spreadsheet of OpenDocument (.ods)")
    case .zip: Text(zh: "是压缩文件（zip），不是表格", en: "is a zip archive, not a table")
    case .markup: Text(zh: "是网页或 XML，不是表格", en: "is a web page or XML, not a table")
    }
  }
}

extension CSVProblem.Fault {
  var sentence: Text {
    switch self {
    case .quoteOpen: Text(zh: "引号没有结束", en: "a quoted field does not end")
    case .quoteFollowed: Text(zh: "引号后面不是分隔符", en: "something other than the separator follows a closing quote")
    case .quoteInside: Text(zh: "字段中间有引号", en: "a quote within a field that does not begin with one")
    case .quoteAcrossRows(let line):
      Text(
        zh: "引号从这一行开到第 \(line) 行，把别的行当成了一个格子；去掉多余的引号，或者把格子里的换行删掉",
        en:
          "a quotation mark that opens in this line closes in line \(line), which makes other rows a part of one cell; remove the stray mark, or the line break in the cell"
      )
    case .controlCharacter: Text(zh: "有控制字符", en: "a control character")
    case .fieldTooLong(let max): Text(zh: "字段超过 \(max) 字节", en: "a field of more than \(max) bytes")
    case .formula(let cell, nil):
      Text(
        zh: "单元格 \(cell) 的公式没有存结果；用 Excel 或 WPS 打开，另存一次",
        en: "the formula in cell \(cell) is without its value; open the list in Excel or WPS and save it")
    case .formula(let cell, let error?):
      Text(
        zh: "单元格 \(cell) 的公式出错：\(error)；直接填写内容",
        en: "the formula in cell \(cell) has the error \(error); write the value itself")
    case .fieldCount(let found, let wanted):
      Text(zh: "有 \(found) 个字段，表头只有 \(wanted) 个", en: "\(found) fields under a header of \(wanted)")
    }
  }
}
