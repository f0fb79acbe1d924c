import Companion
import Terminal

/// Shows on the terminal how to open the page: the symbol, the address, and what to tap where a phone says that
/// there is no internet.
struct PhoneInvitation {
  let workplace: Workplace
  let address: String
  let interface: NetworkInterface

  private var console: Console { workplace.console }

  /// Shows the symbol and the address, or opens the page in the browser.
  /// - Parameter symbolFile: the path of a PNG of the symbol; nil writes none.
  func show(isInBrowser: Bool, symbolFile: String?) throws {
    let symbol = try PhoneSymbol(address)
    if let symbolFile { try workplace.writePaper(try symbol.png(), to: symbolFile) }
    if isInBrowser { return showBrowser() }
    // The symbol comes last, so that all of it stays on a screen of 24 lines.
    for line in words { console.paragraphToUser(line) }
    showSymbol(symbol)
    console.say(Text(verbatim: "  \(address)"), .bold)
    console.paragraphToUser(Text(zh: "Ctrl-C 停止，已经收到的都留着。", en: "Ctrl-C stops; what has arrived is kept."))
  }

  private func showBrowser() {
    console.say(Text(verbatim: "  \(address)"), .bold)
    if Desktop(environment: workplace.environment).open(address: address) {
      console.say(Text(zh: "  已在浏览器里打开；Ctrl-C 停止", en: "  opened in the browser; Ctrl-C stops"))
    } else {
      console.say(
        Text(
          zh: "  没有桌面，或没有 xdg-open：请在这台电脑的浏览器里打开上面的地址；Ctrl-C 停止",
          en:
            "  there is no desktop, or no xdg-open: open the address in a browser of this laptop; Ctrl-C stops")
      )
    }
  }

  private func showSymbol(_ symbol: PhoneSymbol) {
    let terminal = console.diagnostics
    // A dumb terminal has no colours, and without them a phone cannot read the symbol.
    guard terminal.isTerminal, workplace.environment["TERM"] != "dumb" else { return }
    guard let lines = symbol.lines(columns: terminal.columns) else {
      return console.say(
        Text(
          zh: "窗口太窄，放不下二维码（至少 \(PhoneSymbol.minColumns) 列）：放大窗口再运行，或在手机上输入地址",
          en:
            "the window is too narrow for the symbol (\(PhoneSymbol.minColumns) columns): widen it and run this again, or type the address"
        ), .yellow)
    }
    console.say(Text(zh: "用手机扫一扫（微信、相机或浏览器）：", en: "scan this with the phone's camera, WeChat or browser:"))
    for line in lines { terminal.write(line + "\n") }
  }

  private var words: [Text] {
    let network =
      switch interface.kind {
      case .hotspot:
        Text(
          zh: "手机要先连上这台电脑的热点（\(interface.name)）。",
          en: "The phone has to be in this laptop's hotspot (\(interface.name)).")
      case .wireless:
        Text(
          zh: "手机要连上和电脑同一个无线网（\(interface.name)，\(interface.address)）。",
          en: "The phone has to be in the same wireless network (\(interface.name), \(interface.address)).")
      case .wired, .other, .loopback:
        Text(
          zh: "手机要和电脑在同一个网络里（\(interface.name)，\(interface.address)）。",
          en: "The phone has to be in the same network (\(interface.name), \(interface.address)).")
      }
    return [
      network,
      Text(
        zh: "不加密（http）：同一网络里的人可能看到内容；用这台电脑自己的加密热点（WPA2）较稳妥，weldtech doctor 说明怎样开。",
        en:
          "It is not encrypted (http): people in the same network could read along; this laptop's own hotspot with WPA2 is safer, and `weldtech doctor` says how to open one."
      ),
      Text(
        zh: "手机提示“无法上网”：苹果点“仍要使用”，安卓点“保持连接”或“仅本次使用”。",
        en:
          "Where the phone says that there is no internet: 'Use Anyway' on an iPhone, 'Stay connected' on Android."
      ),
    ]
  }
}

extension Console {
  /// Writes sentences for the user to stderr, wrapped at the window's width.
  fileprivate func paragraphToUser(_ text: Text) {
    let columns = diagnostics.isTerminal ? diagnostics.columns - 3 : 10_000
    for line in DisplayWidth.wrap(text[language], to: columns) { say(Text(verbatim: "  \(line)")) }
  }
}
