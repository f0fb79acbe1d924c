import Arguments
import Cryptography
import Fieldbook
import Files
import FoundationEssentials
import Labels
import Records
import Sync
import Terminal

extension Parameters where Options == SetupCommand.Options {
  /// Adds the options about the settings that a company's laptops have in common.
  mutating func laptopFile() {
    option(
      "export", \.export, .file, placeholder: "laptop.json",
      Text(
        zh:
          "把公司、平台、条款等设置写成一个文件，给新电脑用；不含凭证、私钥和技术人员。同时写 --codes 就分给新电脑一个号段",
        en:
          "write company, platform, clauses and so on to a file for a new laptop, without token, private key and technician; with --codes it gives that laptop a block of serials"
      ))
    option(
      "from", \.from, .file, placeholder: "laptop.json",
      Text(
        zh: "照 --export 写的文件设置这台电脑；同时写了别的选项时，以选项为准",
        en: "set this laptop up by a file of --export; options beside it come first"))
  }
}

extension SetupCommand {
  struct Exported: Encodable {
    var file: String
    /// The block that the file gives to one new laptop; nil where it gives none.
    var codes: String?
    /// Number of tags of that block.
    var tags: Int
  }

  /// Writes the settings for a new laptop. A block counts as given once the file is on disk.
  static func export(to path: String, _ options: Options, _ workplace: Workplace) throws -> Int32 {
    if let other = options.namesOtherThanExport {
      throw UsageError.conflictingOptions("--export", "--\(other)")
    }
    let fieldbook = try workplace.fieldbook()
    let setup = try fieldbook.setup()
    guard setup.technician != nil || setup.desk == true else { throw SetupMissing.setup }
    var file = LaptopFile(of: setup, seal: try workplace.sealStore.setUp())
    let block = try options.codes.map { text in
      guard let block = CodeBlock(region: setup.region, text) else { throw SetupRejected.codes(text) }
      return block
    }
    if let block {
      try fieldbook.checkMayBeGiven(block)
      file.add(block, try workplace.tagStore.tags())
    }
    let data = try file.encoded()
    try workplace.checkMayReplace(path) { _, byteCount in
      guard byteCount <= LaptopFile.maxBytes, let present = try? LaptopFileReader.read(path, workplace) else {
        return false
      }
      // A block is given to one laptop only. It would be lost with its only file.
      if let codes = present.codes { throw GivenBlockWaiting(file: path, codes: codes) }
      return true
    }
    try workplace.writeSynced(data, to: path)
    if let block {
      do { try fieldbook.give(block, at: workplace.clock.now()) } catch {
        // The block was not recorded as given, perhaps because another process gave it meanwhile. No second
        // file with this block may stay.
        try? FilePath(absolutePath(path)).removeFile()
        throw error
      }
    }
    let console = workplace.console
    let name = ShellWord.line([FilePath(path).lastName.text])
    try console.answer(Exported(file: path, codes: file.codes, tags: file.tags?.count ?? 0)) {
      console.put(Text(zh: "设置已写入 \(path)", en: "the settings are in \(path)"))
      if let codes = file.codes {
        console.paragraph(
          Text(
            zh: "其中有号段 \(codes)：这个文件只给一台电脑用，用过就删掉",
            en: "it gives the block \(codes): use the file for one laptop, and delete it then"))
      }
      console.paragraph(
        Text(
          zh:
            "新电脑上运行：weldtech setup --from \(name)，再写明那台电脑的技术人员：--technician 姓名 --phone 电话 --certificate 证书编号 --certificate-expires 有效期；平台凭证和签章密钥另外设置",
          en:
            "on the new laptop: weldtech setup --from \(name) with its technician besides: --technician NAME --phone PHONE --certificate NO --certificate-expires DAY; its token and the key of its seal are set up apart"
        ))
    }
    return ExitCode.done.rawValue
  }
}

extension SetupCommand.Options {
  /// The first option beside `--export` that has nothing to do with it.
  fileprivate var namesOtherThanExport: String? {
    let others: [(String, Bool)] = [
      ("from", from != nil), ("technician", technician != nil), ("inspector", inspector != nil),
      ("phone", phone != nil),
      ("company", company != nil), ("company-phone", companyPhone != nil), ("desk", isDesk),
      ("certificate", certificate != nil), ("certificate-expires", certificateExpires != nil),
      ("region", region != nil), ("tags", tags != nil), ("platform", platform != nil),
      ("platform-key", platformKey != nil), ("token-file", tokenFile != nil),
      ("deliver-to", delivery.isAny), ("apn", apn != nil),
      ("protect", protection != nil), ("terms", terms != nil), ("plates", plates != nil),
      ("originals", originals != nil), ("seal-request", sealRequest != nil),
      ("seal-certificate", sealCertificate != nil), ("seal-key", sealKey != nil),
      ("passphrase-file", passphraseFile != nil), ("timestamp", timestamp != nil),
    ]
    return others.first { $0.1 }?.0
  }

  /// Takes the settings of a file that no option sets.
  /// - Parameter keepsCompany: whether to ignore the file's company, as on an inspector's laptop, whose
  ///   authority is not the installer's company.
  mutating func take(_ file: LaptopFile, keepsCompany: Bool) {
    if !keepsCompany { company = company ?? file.company?.text }
    companyPhone = companyPhone ?? file.companyPhone
    region = region ?? file.region
    codes = codes ?? file.codes
    platform = platform ?? file.platform
    apn = apn ?? file.apn
    protection = protection ?? file.protect
    originals = originals ?? file.originals
    plates = plates ?? file.plates
    timestamp = timestamp ?? file.timestamp
  }
}

extension LaptopFileRejected: Explained {
  var failure: Failure {
    Failure(
      code: "setup.file",
      message: Text(
        zh: "\(file) 有 \(problems.count) 处问题，没有保存任何设置",
        en: "\(problems.count) settings of \(file) are wrong; nothing was stored"),
      hint: Text(
        zh: "在公司的电脑上用 weldtech setup --export 重新写一个",
        en: "write it anew on the company's laptop by `weldtech setup --export`"),
      details: problems, exit: .badData)
  }
}

/// The file of an earlier `setup --export` has a block of serials that no other file has.
struct GivenBlockWaiting: Error {
  let file: String
  let codes: String
}

extension GivenBlockWaiting: Explained {
  var failure: Failure {
    Failure(
      code: "setup.blockWaiting",
      message: Text(
        zh: "\(file) 里有分给另一台电脑的号段 \(codes)，没有覆盖",
        en: "\(file) gives the block \(codes) to another laptop; it was not replaced"),
      hint: Text(
        zh: "换一个文件名；那台电脑设置好以后把这个文件删掉", en: "choose another name; delete the file once that laptop is set up"),
      exit: .badData)
  }
}
