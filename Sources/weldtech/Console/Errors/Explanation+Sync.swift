import Cryptography
import Sync
import Terminal

/// The place to which a laptop delivers, as people call it.
enum DeliveryPlace {
  case platform, bucket, folder

  var name: Text {
    switch self {
    case .platform: Text(zh: "平台", en: "the platform")
    case .bucket: Text(zh: "存储桶", en: "the bucket")
    case .folder: Text(zh: "U 盘", en: "the stick")
    }
  }
}

extension SyncReason {
  /// The reason why something was not delivered to the platform.
  var title: Text { title(at: .platform) }
  /// The remedy where something was not delivered to the platform.
  var hint: Text { hint(at: .platform) }

  /// The reason why something was not delivered.
  func title(at place: DeliveryPlace) -> Text {
    let name = place.name
    return switch self {
    case .unreachable: Text(zh: "连不上\(name.zh)", en: "\(name.en) cannot be reached")
    case .timedOut: Text(zh: "\(name.zh)没有按时应答", en: "\(name.en) did not answer in time")
    case .proxyRefused: Text(zh: "代理服务器不放行", en: "the network's proxy refuses the connection")
    case .interrupted: Text(zh: "传输中断", en: "the connection broke")
    case .notTrusted: Text(zh: "\(name.zh)的 TLS 证书不可信", en: "the TLS certificate of \(name.en) is not trusted")
    case .cancelled: Text(zh: "已取消", en: "cancelled")
    case .redirected:
      Text(zh: "网络把请求转到了别处（可能要先登录 Wi-Fi）", en: "the network redirects elsewhere (a Wi-Fi login page?)")
    case .notThePlatform:
      Text(zh: "应答的不是\(name.zh)（可能要先登录 Wi-Fi）", en: "what answers is not \(name.en) (a Wi-Fi login page?)")
    case .blocked:
      Text(
        zh: "途中的防火墙或网关拦下了这一条", en: "a firewall or gateway on the way refuses this one")
    case .answerTooLarge: Text(zh: "\(name.zh)的应答过大", en: "the answer of \(name.en) is too large")
    case .notAcknowledged: Text(zh: "\(name.zh)的回执与所发不符", en: "the acknowledgement does not name what was sent")
    case .credentials:
      place == .platform
        ? Text(zh: "平台不认登录凭证", en: "the platform does not accept the token")
        : Text(zh: "\(name.zh)不认访问密钥", en: "\(name.en) does not accept the credentials")
    case .platformFailed: Text(zh: "\(name.zh)出错，稍后再试", en: "\(name.en) failed; try later")
    case .conflict: Text(zh: "平台上已有另一版本", en: "the platform has another version of the record")
    case .overtaken: Text(zh: "平台上的记录一直在变", en: "the platform's record keeps going on")
    case .incomplete: Text(zh: "\(name.zh)缺少文件或密钥", en: "\(name.en) lacks files or keys")
    case .refused: Text(zh: "\(name.zh)拒收", en: "\(name.en) refuses it")
    case .keyShort: Text(zh: "平台证书的密钥太短", en: "the platform's certificate is too weak")
    case .sealing: Text(zh: "平台公钥无法加密", en: "the platform's key cannot seal")
    case .keyPending: Text(zh: "模块密钥还没有上传", en: "the module's key is not delivered yet")
    case .keyMissing: Text(zh: "本机已没有该密钥", en: "the key is no longer on this laptop")
    case .fileMissing: Text(zh: "本机缺少文件或文件已损坏", en: "a file is missing or damaged on this laptop")
    case .fileDamaged: Text(zh: "本机的一个文件与关闭时不同", en: "a file is not what it was when the record closed")
    case .recordDamaged:
      Text(
        zh: "本机的记录或日志与关闭时不同，没有上传",
        en: "the record or its log is not what it was when it closed; nothing was sent")
    case .predecessor: Text(zh: "前一版本还没有上传", en: "an earlier revision is not delivered yet")
    case .predecessorElsewhere:
      Text(
        zh: "接手时的那一版，原来的电脑还没有上传", en: "the laptop that made the record has not delivered it yet")
    case .clockWrong:
      Text(zh: "电脑时间不对，存储桶不认签名", en: "the laptop's clock is wrong, so the bucket refuses its signature")
    case .destinationMissing:
      Text(zh: "U 盘没有插上，或不是设置时的那个目录", en: "the stick is not plugged in, or it is another folder")
    case .destinationFull: Text(zh: "U 盘或磁盘满了", en: "the stick or the disk is full")
    case .destinationFailed:
      Text(zh: "U 盘或磁盘写不进去", en: "the stick or the disk cannot be written")
    case .setup: Text(zh: "\(name.zh)的设置有误", en: "the settings of \(name.en) are wrong")
    }
  }

  /// The remedy for the reason.
  func hint(at place: DeliveryPlace) -> Text {
    switch self {
    case .unreachable, .timedOut, .interrupted, .platformFailed, .predecessor, .keyPending,
      .overtaken, .predecessorElsewhere:
      Text(
        zh: "联网后再运行 weldtech sync；记录都还在本机",
        en: "run `weldtech sync` again when there is a network; everything is kept here")
    case .redirected, .notThePlatform, .answerTooLarge, .notAcknowledged:
      Text(
        zh: "在浏览器里登录网络，再运行 weldtech sync", en: "log in to the network in a browser, then run `weldtech sync`")
    case .blocked:
      Text(
        zh: "这一条留着以后再上传；请管网络的人看看，或换一个网络",
        en: "it stays in the queue; show it to whoever runs the network, or take another one")
    case .proxyRefused:
      Text(
        zh: "检查 https_proxy 里的用户名和密码，或换一个网络",
        en: "check user and password in https_proxy, or take another network")
    case .credentials:
      place == .platform
        ? Text(
          zh: "向公司要新的凭证：weldtech setup --token-file",
          en: "ask the company for a new token: weldtech setup --token-file")
        : Text(
          zh: "向公司要新的访问密钥：weldtech setup --credentials-file 文件",
          en: "ask the company for new credentials: weldtech setup --credentials-file FILE")
    case .notTrusted:
      Text(zh: "检查电脑的日期；公司网络可能在拦截", en: "check the laptop's date; a company's network may intercept")
    case .setup:
      place == .platform
        ? Text(verbatim: "weldtech setup --platform https://…")
        : Text(verbatim: "weldtech setup --deliver-to …")
    case .clockWrong:
      Text(
        zh: "把电脑的日期、时间和时区调对，再运行 weldtech sync",
        en: "set date, time and time zone of the laptop right, then run `weldtech sync`")
    case .destinationMissing:
      Text(
        zh: "插上设置时用的 U 盘再运行 weldtech sync；记录都还在本机，没有写到电脑自己的磁盘上",
        en:
          "plug in the stick that was set up and run `weldtech sync`; everything is kept here, and nothing went to the laptop's own disk"
      )
    case .destinationFull:
      Text(
        zh: "腾出空间或换一个 U 盘（weldtech setup --deliver-to），再运行 weldtech sync；记录都还在本机",
        en:
          "make room or set up another stick (`weldtech setup --deliver-to`), then run `weldtech sync`; everything is kept here"
      )
    case .destinationFailed:
      Text(
        zh: "看 U 盘是否写保护、是否接触不良；换一个再试。记录都还在本机",
        en: "see whether the stick is write-protected or loose, or take another; everything is kept here")
    case .cancelled: Text(zh: "再运行 weldtech sync 即可继续", en: "run `weldtech sync` to go on")
    case .fileDamaged, .recordDamaged:
      Text(
        zh: "不要改动，运行 weldtech doctor 看是哪一处，报告公司；从备份恢复",
        en: "leave it as it is; `weldtech doctor` says which part; report it and restore it from a backup")
    case .conflict:
      Text(
        zh: "把 weldtech show 显示的内容报告公司，由公司决定以哪一份为准；本机的记录没有改动，其他记录照常上传",
        en:
          "report what `weldtech show` says: the company has to decide which one holds; nothing was changed here, and other records are delivered"
      )
    case .incomplete, .refused, .sealing, .keyShort, .keyMissing, .fileMissing:
      Text(zh: "联系公司处理；本机的记录没有改动", en: "the company has to look at it; nothing was changed here")
    }
  }
}

extension SyncError: Explained {
  var failure: Failure {
    switch self {
    case .platformAddress:
      Failure(
        code: "setup.platform",
        message: Text(
          zh: "平台地址不对，应以 https:// 开头，如 https://platform.example.cn",
          en: "the platform's address is not one; it begins with https://, like https://platform.example.cn"),
        hint: Text(verbatim: "weldtech setup --platform https://…"), exit: .usage)
    case .plainHTTP(let host):
      Failure(
        code: "setup.platform.plain",
        message: Text(zh: "不能用明文 http 连接 \(host)", en: "plain http to \(host) is not allowed"),
        hint: Text(zh: "只有本机地址可以用 http；改用 https://", en: "only this machine itself may be http; use https://"),
        exit: .usage)
    case .deliveryAddress:
      Failure(
        code: "setup.deliverTo",
        message: Text(
          zh: "上传地址不对，应是 s3://桶/前缀 或 file:///目录，S3 还要写对区域和服务地址",
          en:
            "the delivery address is not one: s3://bucket/prefix or file:///folder, with region and endpoint of a bucket"
        ),
        hint: Text(
          zh: "如 weldtech setup --deliver-to file:///media/stick/weldtech；回到平台：--deliver-to platform",
          en:
            "like `weldtech setup --deliver-to file:///media/stick/weldtech`; back to the platform: `--deliver-to platform`"
        ), exit: .usage)
    case .tokenMalformed:
      Failure(
        code: "setup.token", message: Text(zh: "凭证文件内容不对", en: "the token file does not hold a token"),
        hint: Text(zh: "文件应只有一行凭证", en: "it is one line of visible characters"), exit: .badData)
    case .platformKeyChanged(let pinned, let offered):
      Failure(
        code: "sync.key.changed",
        message: Text(
          zh: "平台公钥变了：原来 \(pinned.prefix(16))，现在 \(offered.prefix(16))",
          en: "the platform's key has changed from \(pinned.prefix(16)) to \(offered.prefix(16))"),
        hint: Text(
          zh: "向公司核对指纹，确认后用 weldtech setup --platform-key 更换",
          en: "check the fingerprint with the company, then `weldtech setup --platform-key`"))
    case .proxyRefused(let status):
      Failure(
        code: SyncReason.proxyRefused.rawValue,
        message: Text(
          zh: "代理服务器不放行（HTTP \(status)）", en: "the network's proxy refuses the connection (HTTP \(status))"),
        hint: SyncReason.proxyRefused.hint)
    case .platformKeyShort(let bits):
      Failure(
        code: SyncReason.keyShort.rawValue,
        message: bits == 0
          ? Text(
            zh: "平台证书不是 RSA 的，不能给它加密",
            en: "the platform's certificate has no RSA key, so nothing can be sealed to it")
          : Text(
            zh: "平台证书的 RSA 密钥只有 \(bits) 位，至少要 3072 位",
            en: "the platform's certificate has an RSA key of \(bits) bits; 3,072 is the least"),
        hint: Text(zh: "向公司要新的平台证书", en: "ask the company for a new certificate of the platform"),
        exit: .badData)
    case .platformKeyUnreadable:
      Failure(
        code: "sync.key.unreadable",
        message: Text(zh: "平台给出的公钥读不了", en: "what the platform offers as its key is no certificate"),
        hint: Text(zh: "联系公司", en: "tell the company"))
    default: SyncReason(self).failure(at: .platform)
    }
  }
}

extension SyncReason {
  fileprivate func failure(at place: DeliveryPlace) -> Failure {
    Failure(code: rawValue, message: title(at: place), hint: hint(at: place))
  }
}

/// The error that a bucket or a folder could not be read or written.
struct DestinationFailed: Error {
  let error: SyncError
  let place: DeliveryPlace

  /// Runs `body`, and throws its delivery errors as those of `place`.
  /// - Throws: `DestinationFailed`, and every other error that `body` throws.
  static func naming<Result>(_ place: DeliveryPlace, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as SyncError {
      throw DestinationFailed(error: error, place: place)
    }
  }
}

extension DestinationFailed: Explained {
  var failure: Failure {
    switch error {
    // These errors are about what was typed, and name no place.
    case .deliveryAddress, .plainHTTP: error.failure
    default: SyncReason(error).failure(at: place)
    }
  }
}
