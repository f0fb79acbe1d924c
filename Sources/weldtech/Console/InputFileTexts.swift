import Records
import Terminal

/// The keys of the JSON files that commands read, for the manual page. `docs/schemas` has them for programs.
enum InputFileTexts {
  static let chapters = [
    (
      title: Text(zh: "JSON 输出", en: "JSON OUTPUT"),
      body: Text(
        zh: """
          用 --json 时，每个命令在标准输出上只给一个 JSON 文档，出错也一样：{"error": {"code", "message", "hint", "id", "details"}}。\
          id 是出错时所办的安装记录；用 install ID 继续，不必重新登记。已淘汰的焊机没有标牌码，code 为 null。
          --version、help、man 和 completions 本身就是文档，有没有 --json 都一样；bench 每启动一个模拟对象给一行 JSON。
          """,
        en: """
          With --json a command prints exactly one JSON document on stdout, an error too: {"error": {"code", "message", \
          "hint", "id", "details"}}. id is the installation that was worked on; install ID goes on with it, nothing has \
          to be registered again. A retired welder has no code: its code is null.
          --version, help, man and completions are documents of their own kind, the same with --json as without; bench \
          prints one line of JSON for what it has started.
          """)
    ),
    (
      title: Text(zh: "登记文件", en: "REGISTRATION FILE"),
      body: Text(
        zh: (["register 和 install 的 --from 读入的 JSON（docs/schemas/registration.schema.json），键如下，其他键会被拒绝："]
          + RegistrationField.allCases.map(\.inputLine.zh)).joined(separator: "\n"),
        en: ([
          "What --from of register and install reads, as JSON (docs/schemas/registration.schema.json). Its keys, beside which none is taken:"
        ]
          + RegistrationField.allCases.map(\.inputLine.en)).joined(separator: "\n"))
    ),
    (
      title: Text(zh: "签名笔迹文件", en: "SIGNATURE FILE"),
      body: Text(
        zh: """
          sign 和 install 的 --signature 读入的 JSON（docs/schemas/signature.schema.json）：
          width、height  签名板的宽和高，像素，20 到 20000
          strokes  每落笔一次是一个列表，列表里是点，按先后排列，最多 1000 笔、共 50000 点
          x、y  点的位置，像素，从左上角算起，-20000 到 40000；签名板以外的笔迹会被裁掉
          t  从第一次落笔起的毫秒数，最多一天
          p  压力，0 到 1，可不写
          """,
        en: """
          What --signature of sign and install reads, as JSON (docs/schemas/signature.schema.json):
          width, height: size of the pad in pixels, 20 to 20,000.
          strokes: one list of points for each time the pen was down, in order; at most 1,000 strokes and 50,000 points.
          x, y: a point's place in pixels from the upper left corner, -20,000 to 40,000; what is beside the pad is cut.
          t: milliseconds from the first touch, a day at most.
          p: pressure from 0 to 1, optional.
          """)
    ),
    (
      title: Text(zh: "工位表文件", en: "SLOTS FILE"),
      body: Text(
        zh: """
          station 的 --slots 读入的 JSON（docs/schemas/slots.schema.json）：
          slots  1 到 64 个工位
          name  工位名，1 到 12 个字，不重复
          port  串口路径；不含斜杠时是 /dev/serial/by-path 里的名字，跟着 USB 插口走
          """,
        en: """
          What --slots of station reads, as JSON (docs/schemas/slots.schema.json):
          slots: 1 to 64 places.
          name: what a place is called, 1 to 12 characters, unlike the others'.
          port: path of its serial port; without a slash a name in /dev/serial/by-path, which stays with the USB socket.
          """)
    ),
  ]
}

extension RegistrationField {
  /// The line of a key: its path, its meaning and its allowed values.
  fileprivate var inputLine: Text {
    let needed =
      switch presence {
      case .required: Text(zh: "必填", en: "required")
      case .conditional: Text(zh: "视情况必填", en: "required in that case")
      case .optional: Text(zh: "可不填", en: "optional")
      }
    let what = kind.inputText
    return Text(
      zh: "\(path)  \(title.zh)；\(needed.zh)；\(what.zh)", en: "\(path): \(title.en); \(needed.en); \(what.en).")
  }
}

extension RegistrationField.Kind {
  fileprivate var inputText: Text {
    switch self {
    case .text(let shape):
      Text(zh: "文字，最多 \(shape.maxCharacters) 字", en: "text of at most \(shape.maxCharacters) characters")
    case .name: Text(zh: "姓名，最多 40 字", en: "a name of at most 40 characters")
    case .phone: Text(zh: "手机号或带区号的座机号", en: "a mobile, or a landline with its area code")
    case .choice(let choices):
      Text(
        zh: choices.map { "\($0.code)（\($0.word)）" }.joined(separator: "、"),
        en: "one of " + choices.map { "\($0.code) (\($0.word))" }.joined(separator: ", "))
    case .amount(let range, let unit):
      Text(
        zh: "\(plain(range.lowerBound)) 到 \(plain(range.upperBound)) \(unit.rawValue)",
        en: "\(plain(range.lowerBound)) to \(plain(range.upperBound)) \(unit.rawValue)")
    case .count(let range):
      Text(zh: "\(range.lowerBound) 到 \(range.upperBound)", en: "\(range.lowerBound) to \(range.upperBound)")
    case .day: Text(zh: "日期 YYYY-MM-DD，不在将来", en: "a day, YYYY-MM-DD, not in the future")
    }
  }
}
