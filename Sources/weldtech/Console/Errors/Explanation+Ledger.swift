import Ledger
import Terminal

extension LedgerError: Explained {
  var failure: Failure {
    switch self {
    case .notAFile(let path):
      Failure(
        code: "ledger.form.notAFile",
        message: Text(
          zh: "\(path) 是管道、设备或目录，表格写不进去", en: "\(path) is a pipe, a device or a folder, which takes no form"),
        hint: Text(
          zh: "表格写完要读回核对：给一个文件名", en: "a form is read back when it is complete: name a file"),
        exit: .badData)
    case .file(let error):
      switch error.operation {
      case .read, .list, .status: FileFailure.unreadable(path: error.path.text, errno: error.errno).failure
      default: FileFailure.unwritable(path: error.path.text, errno: error.errno).failure
      }
    case .workbook(let code):
      Failure(
        code: "ledger.form.workbook",
        message: Text(
          zh: "libxlsxwriter 写不了工作簿（\(code)）", en: "libxlsxwriter could not write the workbook (\(code))"),
        hint: Text(
          zh: "检查磁盘还有没有空间（数据目录和表格所在的目录），再运行同一命令；也可以改用 --format csv",
          en:
            "check that the disks of the records' folder and of the form have room, and run the same command again; or use --format csv"
        ))
    case .readBack:
      Failure(
        code: "ledger.form.readBack",
        message: Text(
          zh: "写好的表格读回核对不对，已删除", en: "the form did not read back as it was written, and was removed"),
        hint: Text(
          zh: "检查磁盘，再运行同一命令；还是这样就请报告给开发者",
          en: "check the disk and run the same command again; if it stays so, please report it"))
    case .tooManyRows:
      Failure(
        code: "ledger.form.tooManyRows",
        message: Text(
          zh: "行数太多，一张工作表放不下（最多 1048576 行）", en: "there are more rows than a sheet takes (1,048,576)"),
        hint: Text(zh: "用 --street 分开导出，或用 --format csv", en: "export by --street, or with --format csv"))
    case .drawing:
      Failure(
        code: "ledger.form.drawing",
        message: Text(zh: "月报画不出来", en: "the report could not be drawn"),
        hint: Text(
          zh: "内存或字体有问题：weldtech doctor 检查", en: "memory or fonts fail: see `weldtech doctor`"))
    }
  }
}
