import Company
import Terminal

extension CompanyError: Explained {
  var failure: Failure {
    switch self {
    case .libraryMissing:
      Failure(
        code: "company.libpq",
        message: Text(
          zh: "没有装 libpq，连不了 PostgreSQL",
          en: "libpq is not installed, without which no PostgreSQL can be reached"),
        hint: Text(zh: "sudo apt install libpq5", en: "sudo apt install libpq5"))
    case .address(.password):
      Failure(
        code: "company.database.password",
        message: Text(
          zh: "数据库地址里写了密码，这台机器上谁都能在进程列表里看到",
          en:
            "the database's address holds a password, which everybody on this machine can see in the list of processes"
        ),
        hint: Text(
          zh: "换掉这个密码，新的写进 ~/.pgpass（权限 0600）或 ~/.pg_service.conf，地址里只留 postgresql://用户@主机/库",
          en:
            "change that password, put the new one into ~/.pgpass (mode 0600) or ~/.pg_service.conf, and leave postgresql://USER@HOST/DATABASE"
        ), exit: .usage)
    case .address:
      Failure(
        code: "company.database.address",
        message: Text(zh: "数据库的地址不对", en: "the database's address cannot be used"),
        hint: Text(
          zh: "写成 postgresql://用户@主机/库，或 postgresql:///?service=名字",
          en: "write postgresql://USER@HOST/DATABASE, or postgresql:///?service=NAME"),
        exit: .usage)
    case .cannotConnect(let reason):
      Failure(
        code: "company.database.unreachable",
        message: Text(
          zh: "连不上数据库：\(Self.line(reason))", en: "no connection to the database: \(Self.line(reason))"),
        hint: Text(
          zh: "检查地址、网络、用户和 ~/.pgpass；psql 用同一个地址能连上吗",
          en: "check address, network, user and ~/.pgpass; does psql connect by the same address?"))
    case .connectionLost:
      Failure(
        code: "company.database.lost",
        message: Text(zh: "和数据库的连接断了", en: "the connection to the database broke"),
        hint: Text(
          zh: "已经写进去的还在；再运行同一命令就接着导", en: "what was added before is there; run the same command again to go on")
      )
    case .refused(_, "42501"):
      Failure(
        code: "company.database.rights",
        message: Text(zh: "这个数据库用户没有这项权限", en: "this user of the database has not the right to do that"),
        hint: Text(
          zh: "导入要 weldtech_loader，看台账要 weldtech_reader，--prepare 要库的所有者",
          en:
            "loading needs the role weldtech_loader, a ledger weldtech_reader, and --prepare the database's owner"
        ))
    case .refused(let statement, let state):
      Failure(
        code: "company.database.refused",
        message: Text(
          zh: "数据库没有执行（\(statement.rawValue)，SQLSTATE \(state)）",
          en: "the database did not do it (\(statement.rawValue), SQLSTATE \(state))"),
        hint: Text(
          zh: "看数据库的日志；磁盘满、库只读或版本低于 15 时会这样",
          en: "see the server's log; a full disk, a read-only database or a version below 15 do this"))
    case .notPrepared:
      Failure(
        code: "company.database.notPrepared",
        message: Text(
          zh: "这个数据库还没有为 weldtech 建表，或版本旧了",
          en: "this database was not prepared for weldtech, or is of an older version"),
        hint: Text(
          zh: "由库的所有者运行：weldtech company load --into postgresql://… --prepare",
          en: "its owner runs: weldtech company load --into postgresql://… --prepare"))
    case .fromTheFuture(let migration):
      Failure(
        code: "company.database.newer",
        message: Text(
          zh: "数据库是更新的 weldtech 建的（\(migration)）", en: "a newer weldtech prepared this database (\(migration))"),
        hint: Text(zh: "先更新这台电脑上的 weldtech", en: "update weldtech on this machine first"))
    case .schema(let file):
      Failure(
        code: "company.schema",
        message: Text(zh: "找不到或读不了 \(file)", en: "cannot find or read \(file)"),
        hint: Text(
          zh: "它应在 share/weldtech/deploy/sql；重新安装 weldtech",
          en: "it belongs into share/weldtech/deploy/sql; install weldtech again"))
    case .row(let view):
      Failure(
        code: "company.database.row",
        message: Text(zh: "数据库里 \(view) 的一行读不懂", en: "a row of \(view) in the database cannot be read"),
        hint: Text(
          zh: "有人改过这个视图吗？由库的所有者照 deploy/sql 重建",
          en: "was the view changed? Its owner makes it again as in deploy/sql"))
    case .folder(let error): FileFailure.unreadable(path: error.path.text, errno: error.errno).failure
    case .empty(let place):
      Failure(
        code: "company.empty",
        message: Text(
          zh: "\(Finding.shown(place)) 里没有 weldtech 交来的东西，什么都没有导入",
          en: "nothing in \(Finding.shown(place)) was delivered by weldtech, and nothing was loaded"),
        hint: Text(
          zh: "--from 是不是高了或低了一级？里面直接就是 files、installations。盘或共享挂上了吗？存储桶的前缀对吗",
          en:
            "is --from a level too high or too low? `files` and `installations` lie directly in it. Is the disk or share mounted, the bucket's prefix right?"
        ))
    case .cancelled: Cancelled().failure
    }
  }

  /// Makes one line of libpq's reason, which may have several lines with tabs before the later ones.
  static func line(_ reason: String) -> String {
    let lines = reason.split(whereSeparator: \.isNewline).map { line in
      line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    return Finding.shown(lines.filter { !$0.isEmpty }.joined(separator: "; "))
  }
}

extension CompanyAddressRefused: Explained {
  var failure: Failure {
    switch self {
    case .unknown, .file:
      Failure(
        code: "company.from.address",
        message: Text(zh: "--from 的地址不对", en: "the address of --from cannot be used"),
        hint: Text(
          zh: "写文件夹的路径、file:///绝对路径 或 s3://桶/前缀",
          en: "give the path of a folder, file:///ABSOLUTE/PATH or s3://BUCKET/PREFIX"), exit: .usage)
    }
  }
}
