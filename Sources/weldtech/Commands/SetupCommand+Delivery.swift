import Arguments
import Fieldbook
import Files
import Records
import Sync
import Terminal

/// The options about the service and the credentials of a bucket.
struct BucketOptions {
  var endpoint: String?
  var region: String?
  var credentialsFile: String?

  /// The name of the first option that was given; nil where none was.
  var firstOption: String? {
    endpoint != nil
      ? "s3-endpoint" : region != nil ? "s3-region" : credentialsFile != nil ? "credentials-file" : nil
  }

  /// Completes a bucket's address by what the options, earlier settings and the environment say.
  /// - Parameter same: earlier settings of the same bucket; nil for none.
  /// - Throws: `UsageError.missing` without a region.
  func delivery(to address: DeliveryAddress, same: Setup.Delivery?, environment: Environment) throws
    -> Setup.Delivery
  {
    var delivery = Setup.Delivery(address: address.description)
    delivery.endpoint = SettingChange(typed: endpoint)
      .applied(to: same?.endpoint ?? environment["AWS_ENDPOINT_URL_S3"] ?? environment["AWS_ENDPOINT_URL"])
    delivery.region =
      region ?? same?.region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"]
    // A private service has a single region, which is called `us-east-1` by convention.
    if delivery.region == nil, delivery.endpoint != nil { delivery.region = "us-east-1" }
    guard delivery.region != nil else { throw UsageError.missing(option: "s3-region") }
    delivery.credentialsFile = SettingChange(
      typed: credentialsFile.map { $0.isEmpty ? $0 : absolutePath($0) }
    )
    .applied(to: same?.credentialsFile)
    return delivery
  }
}

extension Parameters {
  /// Adds the options about the service and the credentials of a bucket.
  mutating func bucket(_ options: WritableKeyPath<Options, BucketOptions>) {
    option(
      "s3-endpoint", options.appending(path: \.endpoint), .string, placeholder: "URL",
      Text(zh: "存储服务的地址（亚马逊以外的服务）", en: "the address of the bucket's service, unless it is Amazon's"))
    option(
      "s3-region", options.appending(path: \.region), .string, placeholder: "REGION",
      Text(zh: "桶所在的区域，如 cn-north-1", en: "the bucket's region, for example cn-north-1"))
    option(
      "credentials-file", options.appending(path: \.credentialsFile), .file,
      Text(
        zh: "桶的访问密钥文件，格式同 ~/.aws/credentials；不写则用环境变量 AWS_ACCESS_KEY_ID 等",
        en:
          "the file with the bucket's credentials, in the form of ~/.aws/credentials; else AWS_ACCESS_KEY_ID and so on of the environment"
      ))
  }
}

/// The options about the place to which this laptop delivers.
struct DeliveryOptions {
  var address: String?
  var bucket = BucketOptions()

  var isAny: Bool { address != nil || bucket.firstOption != nil }
}

extension Parameters where Options == SetupCommand.Options {
  /// Adds the options about the place to which this laptop delivers.
  mutating func delivery() {
    option(
      "deliver-to", \.delivery.address, .string, placeholder: "ADDRESS",
      Text(
        zh: "不经平台，把密钥、文件和记录交到 s3://桶/前缀 或 file:///目录（如 U 盘）；写 platform 回到平台。先要有平台证书（--platform-key）",
        en:
          "deliver keys, files and records to s3://bucket/prefix or file:///folder (a stick) in place of the platform; `platform` goes back. It takes the platform's certificate (--platform-key)"
      ))
    bucket(\.delivery.bucket)
  }
}

/// The change that `setup` makes to the place to which this laptop delivers.
enum DeliveryChange {
  case unchanged
  case platform
  case to(Setup.Delivery, folder: FolderStore?)

  /// Judges the options. Nothing is written yet.
  /// - Throws: `SyncError.deliveryAddress`, `plainHTTP`; `DeliveryRefused`; `UsageError`; `FileFailure`.
  init(_ options: DeliveryOptions, known: Setup, isKeyPinned: Bool, _ workplace: Workplace) throws {
    let bucketOption = options.bucket.firstOption
    if options.address == "platform" {
      if let bucketOption { throw UsageError.conflictingOptions("--deliver-to", "--\(bucketOption)") }
      self = .platform
      return
    }
    guard options.isAny else {
      self = .unchanged
      return
    }
    guard let text = options.address ?? known.delivery?.address else {
      throw UsageError.missing(option: "deliver-to")
    }
    let address = try DeliveryAddress(text)
    // A module's key is sealed to the certificate, and a bucket presents none.
    guard isKeyPinned else { throw DeliveryRefused.platformKey }
    switch address {
    case .folder(let path):
      if let bucketOption { throw UsageError.conflictingOptions("--deliver-to", "--\(bucketOption)") }
      guard !workplace.isInHome(FilePath(path).appending(FilePath(FolderStore.markerName))) else {
        throw OutputTaken(path: path)
      }
      let parent = FilePath(path).folder
      guard (try? parent.status().kind) == .folder else {
        throw DeliveryRefused.folderMissing(path: parent.text)
      }
      self = .to(Setup.Delivery(address: address.description), folder: FolderStore(folder: path))
    case .bucket:
      // Earlier settings are used only where they are those of the same bucket.
      let same = known.delivery.flatMap { $0.address == address.description ? $0 : nil }
      let delivery = try options.bucket.delivery(to: address, same: same, environment: workplace.environment)
      _ = try workplace.s3Store(delivery, retry: Retry(sleep: { _ in }))
      self = .to(delivery, folder: nil)
    }
  }

  /// Writes the marker of a folder, by which a USB stick is recognised later.
  /// - Throws: `SyncError`.
  func prepare() throws {
    if case .to(_, let folder?) = self { try folder.prepare() }
  }

  func apply(to delivery: inout Setup.Delivery?) {
    switch self {
    case .unchanged: break
    case .platform: delivery = nil
    case .to(let new, _): delivery = new
    }
  }
}

extension SettingChange {
  fileprivate func applied(to setting: String?) -> String? {
    var setting = setting
    apply(to: &setting)
    return setting
  }
}

extension Setup {
  /// The line that says where deliveries go.
  static func deliveryFact(_ delivery: Delivery?, _ language: Language) -> (Text, String) {
    let place = delivery.map { $0.address + ($0.endpoint.map { "  \($0)" } ?? "") }
    return (
      Text(zh: "上传到", en: "deliveries go to"), place ?? Text(zh: "平台", en: "the platform")[language]
    )
  }
}
