import Terminal

/// The error that stdout could not take a command's output.
struct OutputFailed: Error {
  let cause: Sink.Failure
}

extension OutputFailed: Explained {
  var failure: Failure {
    switch cause {
    case .readerGone:
      Failure(
        code: "output.readerGone",
        message: Text(zh: "标准输出的接收方已经关闭，结果没有写完", en: "the reader of stdout went away before all was written"),
        hint: Text(
          zh: "把输出写到文件，或让接收的命令读完", en: "write to a file, or let the command behind the pipe read all of it"))
    case .failed(let number):
      Failure(
        code: "output.unwritable",
        message: Text(
          zh: "结果写不到标准输出：\(systemText(number).zh)",
          en: "stdout did not take the answer: \(systemText(number).en)"),
        hint: Text(
          zh: "检查磁盘空间，或换一个输出文件；再运行同一命令",
          en: "check the disk's space or choose another file, and run the command again"))
    }
  }
}

extension Console {
  /// Checks that stdout has taken all output.
  /// - Throws: `OutputFailed` where it has not.
  func confirmOutput() throws {
    if let failure { throw OutputFailed(cause: failure) }
  }
}
