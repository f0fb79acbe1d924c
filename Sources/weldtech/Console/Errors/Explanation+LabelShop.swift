import Terminal

extension LabelsBusy: Explained {
  var failure: Failure {
    Failure(
      code: "labels.busy",
      message: Text(zh: "另一个 weldtech 正在印标牌", en: "another weldtech is making labels at the moment"),
      hint: Text(zh: "等它结束再试", en: "wait for it to finish and try again"))
  }
}

extension TagKeyRefused: Explained {
  var failure: Failure {
    Failure(
      code: "labels.tagKey",
      message: Text(
        zh: "\(file) 不是防伪密钥：应为 16 到 64 字节的十六进制", en: "\(file) holds no key: 16 to 64 bytes in hexadecimal"),
      hint: Text(
        zh: "在公司电脑上生成：openssl rand -hex 32 > 文件，妥善保管，不要放到技术人员的电脑上",
        en: "make one at the company's desk by `openssl rand -hex 32 > F`, and keep it off technicians' laptops"
      ),
      exit: .badData)
  }
}

extension BatchFilesChanged: Explained {
  var failure: Failure {
    func detail(_ name: String, _ words: Text) -> Failure.Detail {
      Failure.Detail(
        path: name, code: "labels.batch.file",
        message: Text(zh: "\(name) \(words.zh)", en: "\(name) \(words.en)"))
    }
    return Failure(
      code: "labels.batch.files",
      message: Text(
        zh: "这批标牌已经做过，但 \(folder) 里的文件缺 \(missing.count) 个、改动 \(changed.count) 个",
        en:
          "these labels were made, but of their files in \(folder) \(missing.count) are missing and \(changed.count) changed"
      ),
      hint: Text(
        zh: "把文件找回来，或重做整张表：同一命令加 --reprint 原因",
        en: "bring the files back, or make the whole list again: the same command with --reprint REASON"),
      details: missing.prefix(10).map { detail($0, Text(zh: "不见了", en: "is missing")) }
        + changed.prefix(10).map { detail($0, Text(zh: "改动过", en: "has changed")) })
  }
}
