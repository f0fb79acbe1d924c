import Arguments
import Terminal

/// `ledger`: imports survey lists, and prints forms and figures.
enum LedgerCommand {
  static var command: Command<Workplace> {
    Command(
      "ledger", Text(zh: "台账：导入调研表，导出报表，看进度", en: "the ledger: survey lists in, forms and figures out")
    ) {
      [
        LedgerImportCommand.command, LedgerExportCommand.command, LedgerStatsCommand.command,
        LedgerRowsCommand.command,
      ]
    }
  }
}
