import Provision
import Records
import Terminal

/// The functional test in words: the meaning of each step, its outcome, and the remedy where it failed.
enum TestTexts {
  static func title(of step: String) -> Text {
    switch TestPlan.Kind(rawValue: step) {
    case .supplyVoltage: Text(zh: "供电电压", en: "supply voltage")
    case .currentZeroOffset: Text(zh: "焊接电流零点", en: "current zero offset")
    case .sealClosed: Text(zh: "机壳闭合、封条完好", en: "seal closed")
    case .relayClosesOnSignedStart: Text(zh: "有效开机指令下继电器吸合", en: "relay closes on a signed start")
    case .feedbackFollows: Text(zh: "触点反馈与指令一致", en: "feedback follows")
    case .relayOpensOnStop: Text(zh: "关机指令下继电器断开", en: "relay opens on stop")
    case .relayRefusesForged: Text(zh: "拒绝伪造的开机指令", en: "a forged start is refused")
    case .relayRefusesReplayed: Text(zh: "拒绝重复使用的开机指令", en: "a replayed start is refused")
    case .clockOffset: Text(zh: "时钟偏差", en: "clock offset")
    case .position: Text(zh: "定位卫星数", en: "satellites of the position fix")
    case .signal: Text(zh: "移动网络信号", en: "signal")
    case .platformStart: Text(zh: "平台开机指令下继电器吸合", en: "start from the platform")
    case nil: Text(verbatim: step)
    }
  }

  static func verdict(of step: TestReport.Step) -> Text {
    switch step.outcome {
    case .passed: Text(zh: "合格", en: "passed")
    case .failed: Text(zh: "不合格", en: "FAILED")
    case .notRun: Text(zh: "未测", en: "not run")
    }
  }

  static func put(_ report: TestReport, to console: Console) {
    console.table(
      [
        Text(zh: "项目", en: "step"), Text(zh: "实测值", en: "measured"), Text(zh: "合格范围", en: "limits"),
        Text(zh: "结论", en: "result"),
      ],
      report.steps.map { step in
        [
          title(of: step.name)[console.language],
          step.measured.map { measured($0, unit: step.unit, console.language) } ?? "–",
          limits(of: step), verdict(of: step)[console.language],
        ]
      })
    console.put(
      report.passed
        ? Text(zh: "测试合格", en: "the test passed")
        : Text(zh: "测试不合格", en: "the test did not pass"))
    for step in report.openSteps {
      console.put(
        Text(
          zh: "未测：\(title(of: step.name).zh)（\(reason(step.notRun ?? "").zh)）",
          en: "not run: \(title(of: step.name).en) (\(reason(step.notRun ?? "").en))"))
    }
  }

  private static func measured(_ value: Double, unit: String, _ language: Language) -> String {
    switch unit {
    case "1": (value == 1 ? Text(zh: "是", en: "yes") : Text(zh: "否", en: "no"))[language]
    case "satellites": plain(value)
    default: "\(plain(value)) \(unit)"
    }
  }

  private static func limits(of step: TestReport.Step) -> String {
    if step.unit == "1" { return "" }
    return switch (step.lower, step.upper) {
    case (let lower?, let upper?): "\(plain(lower)) … \(plain(upper))"
    case (let lower?, nil): "≥ \(plain(lower))"
    case (nil, let upper?): "≤ \(plain(upper))"
    case (nil, nil): ""
    }
  }

  static func reason(_ code: String) -> Text {
    switch code {
    case "network.unreachable": Text(zh: "现场无网络", en: "no network")
    case "key.forgotten": Text(zh: "密钥已交平台，需要网络", en: "the key is with the platform, which takes a network")
    case "platform.elsewhere":
      Text(zh: "本机不经平台上传，没有平台指令", en: "this laptop delivers elsewhere, so no platform gives a start")
    default: Text(verbatim: code)
    }
  }

  /// The place to check where a value is outside its limits and nothing else is wrong.
  private static func limitAdvice(for step: TestReport.Step) -> Text {
    switch TestPlan.Kind(rawValue: step.name) {
    case .supplyVoltage:
      Text(
        zh: "超出限值：检查模块供电接线，核对电焊机登记的供电类型",
        en: "outside its limits: check the supply's wiring, and the supply that the welder is registered with")
    case .currentZeroOffset:
      Text(
        zh: "没有电流却有读数：检查传感器的方向和接线，周围有无大电流",
        en: "a reading without a current: check the sensor's wiring, and for a current nearby")
    case .clockOffset:
      Text(
        zh: "时钟不准：核对本机时间，再配对一次（weldtech pair）；还不准就更换模块",
        en: "the clock is wrong: check this laptop's time, run pair again, replace the module if it stays wrong"
      )
    case .position:
      Text(zh: "卫星太少：把天线移到窗边或室外", en: "too few satellites: bring the antenna to a window or outdoors")
    case .signal:
      Text(zh: "信号太弱：检查天线，换个位置", en: "the signal is weak: check the antenna or move it")
    default: Text(zh: "超出限值，检查接线", en: "outside its limits; check the wiring")
    }
  }

  /// Says which step failed, and what to check.
  static func remedy(for step: TestReport.Step, cause: TestCause?) -> Text {
    let name = title(of: step.name)
    let advice: Text =
      switch cause {
      case .sealOpen:
        Text(zh: "封条开关没有闭合：合上机壳，检查封条开关", en: "the seal switch is open: close the case, check the switch")
      case .clockNotSet: Text(zh: "时钟没有设置：再配对一次（weldtech pair）", en: "the clock is not set: run pair again")
      case .noFix: Text(zh: "没有定位：把天线移到窗边或室外", en: "no fix: bring the antenna to a window or outdoors")
      case .noSIM: Text(zh: "没有 SIM 卡：检查卡是否插到位", en: "no SIM: check that the card is seated")
      case .notRegistered:
        Text(zh: "没有登网：检查天线和 SIM 卡是否开通", en: "not registered: check antenna and that the SIM is active")
      case .startRefused(let rejection):
        Text(zh: "模块拒绝启动：\(rejection.title.zh)", en: "the module refused the start: \(rejection.title.en)")
      case .relayStaysOpen: Text(zh: "继电器没有吸合：检查线圈供电", en: "the relay stays open: check the coil's supply")
      case .relayStaysClosed:
        Text(zh: "继电器没有断开：立即断电检查", en: "the relay stays closed: switch the mains off and look")
      case .contactStaysOpen:
        Text(zh: "触点没有反馈：检查反馈线和线圈", en: "no feedback: check the feedback wire and the coil")
      case .contactStaysClosed:
        Text(
          zh: "触点不断开，可能已粘连：立即断电，更换继电器",
          en: "the contact stays closed and may be welded: mains off, replace the relay")
      case .startAccepted:
        Text(zh: "模块接受了应拒绝的命令：更换模块", en: "the module took a start it had to refuse: replace the module")
      case .zeroDrifts:
        Text(
          zh: "零点在漂移：让传感器冷却后再测，仍漂移则更换", en: "the zero drifts: let the sensor cool, test again, or replace it")
      case nil: limitAdvice(for: step)
      }
    return Text(zh: "\(name.zh)：\(advice.zh)", en: "\(name.en): \(advice.en)")
  }
}
