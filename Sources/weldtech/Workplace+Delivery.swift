import Fieldbook
import Files
import FoundationEssentials
import Records
import Sync
import Terminal

/// The reason why this laptop cannot deliver to a bucket or a folder. No case contains a secret.
enum DeliveryRefused: Error {
  /// The platform's certificate, to which keys are sealed, is not pinned.
  case platformKey
  /// The parent of the folder for deliveries does not exist.
  case folderMissing(path: String)
  /// Neither a file nor the environment gives the bucket's credentials.
  case noCredentials
  /// The file holds no credentials.
  case credentials(path: String)
  /// Other users than the owner may read the file.
  case credentialsOpen(path: String, mode: Int)
}

extension Workplace {
  /// The destination that this laptop delivers to; nil where it delivers to the platform.
  /// - Throws: `DeliveryRefused`, `FileFailure`, `SyncError`.
  func objectDestination(retry: Retry, maxBytesPerSecond: Int? = nil) throws -> ObjectDestination? {
    guard let delivery = try fieldbook().setup().delivery else { return nil }
    return ObjectDestination(try objectStore(delivery, retry: retry, maxBytesPerSecond: maxBytesPerSecond))
  }

  func objectStore(
    _ delivery: Setup.Delivery, retry: Retry, maxBytesPerSecond: Int? = nil
  ) throws -> any ObjectStore {
    switch try DeliveryAddress(delivery.address) {
    case .folder(let path): FolderStore(folder: path)
    case .bucket: try s3Store(delivery, retry: retry, maxBytesPerSecond: maxBytesPerSecond)
    }
  }

  /// Makes a client of a bucket; nothing is sent.
  /// - Throws: `DeliveryRefused`, `FileFailure`, `SyncError.deliveryAddress`, `plainHTTP`.
  func s3Store(
    _ delivery: Setup.Delivery, retry: Retry, maxBytesPerSecond: Int? = nil
  ) throws -> S3Store {
    guard case .bucket(let bucket, let prefix) = try DeliveryAddress(delivery.address) else {
      throw SyncError.deliveryAddress
    }
    var configuration = S3Store.Configuration(
      bucket: bucket, prefix: prefix, endpoint: delivery.endpoint, region: delivery.region ?? "us-east-1",
      credentials: try s3Credentials(delivery))
    configuration.userAgent = "weldtech/\(Version.current)"
    if let maxBytesPerSecond {
      // The rate is for one connection, so that the parts of an object are sent one at a time.
      configuration.threads = 1
      configuration.maxBytesPerSecond = maxBytesPerSecond
      configuration.minBytesPerSecond = min(configuration.minBytesPerSecond, maxBytesPerSecond / 2)
      configuration.idleTimeout = max(configuration.idleTimeout, .seconds(131_072 / maxBytesPerSecond))
    }
    return try S3Store(configuration, retry: retry, isCancelled: interruption)
  }

  private func s3Credentials(_ delivery: Setup.Delivery) throws -> S3Credentials {
    guard let path = delivery.credentialsFile else {
      guard let id = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"],
        let credentials = S3Credentials(
          accessKeyID: id, secretAccessKey: secret, sessionToken: environment["AWS_SESSION_TOKEN"])
      else { throw DeliveryRefused.noCredentials }
      return credentials
    }
    let file: OpenFile
    do throws(FileError) { file = try OpenFile(reading: FilePath(path), .regularOnly) } catch {
      throw FileFailure.unreadable(path: path, errno: error.errno)
    }
    if let status = try? file.status(), status.isOpenToOthers {
      throw DeliveryRefused.credentialsOpen(path: path, mode: Int(status.permissions))
    }
    guard let credentials = S3Credentials(file: [UInt8](try read(atMost: 65_536) { file })) else {
      throw DeliveryRefused.credentials(path: path)
    }
    return credentials
  }

  /// The platform, which signs start requests over a network. It is nil where this laptop delivers elsewhere,
  /// so that the platform has no keys to sign with, and where no platform is set up.
  func startAuthority() -> PlatformClient? {
    guard !deliversElsewhere else { return nil }
    return try? platformClient(exchangeTimeout: .seconds(15))
  }

  /// The authority that gives proofs over a network; nil where the platform is not set up.
  func proofAuthority() -> (any ProofAuthority)? {
    deliversElsewhere ? KeysElsewhere() : startAuthority()
  }

  /// The place to which this laptop delivers.
  var deliveryPlace: DeliveryPlace {
    guard let delivery = try? fieldbook().setup().delivery else { return .platform }
    return DeliveryPlace(delivery)
  }

  /// Whether this laptop delivers to a bucket or a folder.
  var deliversElsewhere: Bool { deliveryPlace != .platform }
}

extension DeliveryPlace {
  init(_ delivery: Setup.Delivery) {
    if case .folder? = try? DeliveryAddress(delivery.address) { self = .folder } else { self = .bucket }
  }
}

/// The proof authority of a laptop that delivers to a bucket or a folder, which store keys and give no proofs.
private struct KeysElsewhere: ProofAuthority {
  func proof(_ request: ProofRequest) -> ProofAnswer { .elsewhere }
}

extension DeliveryRefused: Explained {
  var failure: Failure {
    switch self {
    case .platformKey:
      Failure(
        code: "setup.deliverTo.key",
        message: Text(
          zh: "不经平台上传时，模块密钥要用平台证书加密，而本机还没有平台证书",
          en:
            "without the platform, keys are sealed to the platform's certificate, which this laptop does not have"
        ),
        hint: Text(
          zh: "向公司要平台证书，一起写：weldtech setup --platform-key 文件 --deliver-to …",
          en: "ask the company for it, and name both: `weldtech setup --platform-key FILE --deliver-to …`"),
        exit: .usage)
    case .folderMissing(let path):
      Failure(
        code: "setup.deliverTo.folder",
        message: Text(zh: "没有目录 \(path)", en: "there is no folder \(path)"),
        hint: Text(
          zh: "插上 U 盘，看它挂在哪个目录下（lsblk），再运行同一命令",
          en: "plug the stick in, see where it is mounted (`lsblk`), and run the same command again"),
        exit: .badData)
    case .noCredentials:
      Failure(
        code: "setup.credentials.missing",
        message: Text(zh: "没有存储桶的访问密钥", en: "there are no credentials for the bucket"),
        hint: Text(
          zh: "weldtech setup --credentials-file 文件，或设置环境变量 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY",
          en:
            "name their file by `weldtech setup --credentials-file FILE`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        ), exit: .badData)
    case .credentials(let path):
      Failure(
        code: "setup.credentials",
        message: Text(
          zh: "访问密钥文件 \(path) 里没有 [default] 的访问密钥", en: "the file \(path) holds no credentials in [default]"),
        hint: Text(
          zh: "文件里要有 aws_access_key_id = … 和 aws_secret_access_key = … 两行",
          en: "it has the lines aws_access_key_id = … and aws_secret_access_key = …"),
        exit: .badData)
    case .credentialsOpen(let path, let mode):
      Failure(
        code: "setup.credentials.open",
        message: Text(
          zh: "别人也能读访问密钥文件 \(path)（权限 \(String(mode, radix: 8))）",
          en: "others can read the credentials file \(path) (mode \(String(mode, radix: 8)))"),
        hint: Text(zh: "chmod 600 \(path)", en: "chmod 600 \(path)"), exit: .badData)
    }
  }
}
