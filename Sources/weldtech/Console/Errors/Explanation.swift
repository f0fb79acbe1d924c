import Glibc
import Terminal

/// An error that can be explained to a person. Feature targets report facts only; their texts are in the files
/// `Explanation+<Target>.swift` beside this one.
protocol Explained: Error {
  var failure: Failure { get }
}

extension Failure: Explained {
  var failure: Failure { self }
}

/// Explains any error. An error without an explanation of its own is a defect, and the text says so.
func explain(_ error: any Error) -> Failure {
  if let explained = error as? any Explained { return explained.failure }
  return Failure(
    code: "internal",
    message: Text(zh: "没有预料到的错误：\(error)", en: "an error nobody foresaw: \(error)"),
    hint: Text(zh: "请把这一行报告给开发者", en: "please report this line to the developers"))
}

/// The meaning of a system's error number: in Chinese where the user can do something about it, or otherwise in
/// the system's own words.
func systemText(_ number: Int32) -> Text {
  let words = strerror(number).map { String(cString: $0) } ?? "errno \(number)"
  let chinese: String? =
    switch number {
    case ENOENT: "没有这个文件或目录"
    case EACCES, EPERM: "没有权限"
    case EISDIR: "是目录，不是文件"
    case ENOTDIR: "路径中有一段不是目录"
    case ELOOP: "链接绕成了圈，或层数太多"
    case ENAMETOOLONG: "名称太长"
    case EEXIST: "已经有了"
    case ENOSPC, EDQUOT: "磁盘满了"
    case EROFS: "磁盘是只读的"
    case EIO: "读写出错"
    case ENODEV, ENXIO: "没有这个设备"
    case EBUSY, ETXTBSY: "正被占用"
    case EFBIG: "文件太大"
    case EMFILE, ENFILE: "打开的文件太多"
    case EPIPE: "接收方已经关闭"
    case EBADF: "没有打开，或不能写"
    case EINVAL: "不支持这样做"
    case ENOMEM: "内存不足"
    default: nil
    }
  return Text(zh: chinese ?? words, en: words)
}
