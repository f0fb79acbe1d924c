import Arguments
import Terminal

/// `ledger`: survey lists in.
enum LedgerCommand {
  static var command: Command<Workplace> {
    Command("ledger", Text(zh: "台账：导入调研表", en: "the ledger: survey lists in")) { [LedgerImportCommand.command] }
  }
}
