import Terminal

/// The page of help for the first day: what a technician does from the morning to the evening.
struct DayPage {
  struct Row {
    /// The command as it is typed; nil for a sentence that stands alone.
    var command: Text?
    var text: Text
  }

  struct Section {
    var title: Text
    var rows: [Row]
  }

  static let title = Text(zh: "第一天怎么用 weldtech", en: "The first day with weldtech")

  static let sections = [
    Section(
      title: Text(zh: "一、出发前（办公室，有网）", en: "1. Before you leave (in the office, with a network)"),
      rows: [
        row(
          "weldtech setup", zh: "填一次：姓名、电话、公司、证书、号段、平台地址",
          en: "once: name, phone, company, certificate, codes, platform"),
        row(
          "weldtech doctor --online", zh: "检查电脑、时间、串口和平台，有问题会说怎么办",
          en: "checks laptop, clock, ports and platform, and says what to do"),
        row(
          "weldtech practice", zh: "用模拟模块走一遍，不影响正式记录",
          en: "the whole walk with a simulated module, apart from your records"),
      ]),
    Section(
      title: Text(zh: "二、每台焊机（现场，没网也行）", en: "2. Each welder (on site, without a network too)"),
      rows: [
        Row(
          text: Text(
            zh: "先断电、验电，再打开机壳。",
            en: "Switch the mains off and check that they are off before the case is opened.")),
        row(
          "weldtech install", zh: "从登记到签字，一步一步做，只问还没有的内容",
          en: "from registration to signature; asks only for what is missing"),
        row(
          "weldtech install --phone", zh: "同上，用手机登记、拍照、签字：扫终端里的二维码，不用装软件",
          en: "the same with a phone for forms, photos and signature: scan the symbol, no app"),
        Row(
          text: Text(
            zh: "顺序：安装前拍照 → 烧录 → 配对 → 标牌 → 封条 → 测试 → 安装后拍照 → 培训 → 签字。贴封条以后的测试才算。",
            en:
              "The order: photo before, flash, pair, label, seal, test, photo after, handover, sign. The test that counts comes after the seal."
          )),
        row(
          zh: "weldtech next", en: "weldtech next", text: "断电、拔线、按了 Ctrl-C 都不要紧：看每条做到哪一步",
          "after a dead battery or a pulled cable: where each record stands"),
        row(
          zh: "weldtech install 记录号", en: "weldtech install ID", text: "从停下的那一步接着做",
          "goes on at the step where it stopped"),
      ]),
    Section(
      title: Text(zh: "三、遇到这些情况", en: "3. When something is not as it should be"),
      rows: [
        row(
          zh: "weldtech correct 记录号 --model ZX7-400", en: "weldtech correct ID --model ZX7-400",
          text: "登记写错了；签过字的改完要重签", "a slip of the registration; after the signature it is signed again"),
        row(
          zh: "weldtech refuse 记录号 --reason 原因", en: "weldtech refuse ID --reason WHY", text: "业主不装了",
          "the owner does not want it"),
        row(
          zh: "weldtech register --condition retired", en: "weldtech register --condition retired",
          text: "焊机不安全，登记为淘汰（要原因和照片），不装", "an unsafe welder is retired (with reason and photo), not fitted"),
        row(
          zh: "weldtech void 记录号 --reason 原因", en: "weldtech void ID --reason WHY", text: "登记重了、登记错了整条作废",
          "a record that should not be there"),
        Row(
          text: Text(
            zh: "出错时，“→”后面是怎么办，方括号里是代码，在 docs/troubleshooting.md 里能查到。",
            en:
              "An error says after the arrow what to do; the code in brackets is a heading in docs/troubleshooting.md."
          )),
      ]),
    Section(
      title: Text(zh: "四、收工", en: "4. In the evening"),
      rows: [
        row(
          "weldtech today", zh: "今天装了什么，还有什么没做完、没上传、快到期",
          en: "what was installed, what is open, waits and is due"),
        row(
          "weldtech sync", zh: "联网上传；没传的都在本机存着，不会丢",
          en: "delivers; until then everything is kept on this laptop"),
      ]),
    Section(
      title: Text(zh: "五、找记录", en: "5. Finding a record"),
      rows: [
        row(
          zh: "weldtech list --search 文字", en: "weldtech list --search TEXT",
          text: "单位、姓名、电话、标牌码、出厂编号、封条的任何一部分", "any part of unit, person, phone, code, serial number, seal"),
        row(
          zh: "weldtech show 记录号 --full", en: "weldtech show ID --full", text: "全部内容，姓名和电话写全",
          "all of it, with names and phones"),
        row(
          zh: "weldtech open 记录号 agreement", en: "weldtech open ID agreement", text: "打开协议给业主看",
          "shows the agreement to the owner"),
      ]),
  ]

  private static func row(_ command: String, zh: String, en: String) -> Row {
    Row(command: Text(verbatim: command), text: Text(zh: zh, en: en))
  }

  private static func row(zh command: String, en englishCommand: String, text zh: String, _ en: String) -> Row {
    Row(command: Text(zh: command, en: englishCommand), text: Text(zh: zh, en: en))
  }
}
