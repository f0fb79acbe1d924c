import Arguments
import Terminal

/// The global options, which may stand anywhere on the line.
struct GlobalOptions {
  var home: String?
  var language: Language?
  var isJSON = false
  var isVerbose = false
  var hasNoColor = false
}

/// The whole command line in the order of the help.
enum CommandTree {
  static func program() -> Program<GlobalOptions, Workplace> {
    Program(
      name: "weldtech", version: Version.current,
      summary: Text(
        zh: "电焊机“加芯赋码”安装工具：登记、拍照、烧录固件、配对、标牌、封条、测试、交接、签字；离线保存，联网后上传。",
        en:
          "The installer's toolkit for fitting electric welders with a smart module and a QR label: kept offline, delivered when there is a network."
      ),
      globals: GlobalOptions(),
      globalParameters: { parameters in
        parameters.option(
          "home", \.home, .directory, placeholder: "DIR",
          Text(zh: "数据目录（或 WELDTECH_HOME）", en: "where the records are kept (or WELDTECH_HOME)"))
        parameters.option(
          "lang", \.language, .choice, placeholder: "zh|en",
          Text(zh: "语言（默认按系统区域）", en: "language (unless told, the locale's)"))
        parameters.flag(
          "json", \.isJSON, Text(zh: "标准输出只有一个 JSON 文档", en: "exactly one JSON document on stdout"))
        parameters.flag("verbose", short: "v", \.isVerbose, Text(zh: "显示详细过程", en: "say more"))
        parameters.flag("no-color", \.hasNoColor, Text(zh: "不用颜色（或 NO_COLOR）", en: "no colours (or NO_COLOR)"))
      },
      sections: [
        CommandSection(
          Text(zh: "安装流程", en: "The walk"),
          [
            SetupCommand.command, InstallCommand.command, RegisterCommand.command, PhotoCommand.command,
            FlashCommand.command, PairCommand.command, LabelCommand.command, SealCommand.command,
            TestCommand.command, HandoverCommand.command, SignCommand.command,
          ]),
        CommandSection(
          Text(zh: "记录", en: "The records"),
          [
            TodayCommand.command, ListCommand.command, ShowCommand.command, OpenCommand.command,
            NextCommand.command, CorrectCommand.command, UnitCommand.command,
            RefuseCommand.command, VoidCommand.command,
            RepairCommand.command, TransferCommand.command, MoveCommand.command, RetireCommand.command,
            InspectCommand.command, LedgerCommand.command, ArchiveCommand.command, SyncCommand.command,
            CompanyCommand.command, StatusCommand.command,
          ]),
        CommandSection(
          Text(zh: "工具", en: "Tools"),
          [
            AgreementCommand.command, LabelsCommand.command, SchemesCommand.command, StationCommand.command,
            FirmwareCommand.command,
            PortsCommand.command,
            DoctorCommand.command,
            PracticeCommand.command, BenchCommand.command, CompletionsCommand.command,
            CompletionValuesCommand.command, ManCommand.command, HelpCommand.command,
          ]),
      ])
  }
}
