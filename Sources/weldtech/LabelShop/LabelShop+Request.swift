import FoundationEssentials
import Labels

extension LabelShop {
  /// Labels of one template that the user wants, and where they are to go.
  struct Request {
    /// What the labels are to be put into.
    enum Form {
      /// A file a label, in this folder.
      case files(folder: String)
      case pages(Pages)
    }

    var labels: LabelRequests
    var template: LabelTemplate
    var settings: LabelMaker.Settings
    var form: Form
    /// Where they go besides; nil with pages.
    var destination: LabelDestination?
    /// Why labels that are there already are made again; nil makes only labels that never were.
    var reason: String?
    /// Whether a list that is made again may have labels that never were.
    var includesNew = false
    /// Number of threads that make them, within `LabelBatch.workers`.
    var workers = 1
    /// Digest that a program from before `RequestDigest` gave this request; nil where none did.
    var formerDigest: String?

    /// Absolute path of the folder of labels or of the file of pages, by which the stock finds the order again.
    var output: String {
      switch form {
      case .files(let folder): absolutePath(folder)
      case .pages(let pages): pages.file
      }
    }

    /// Absolute path of the folder that the files lie in.
    var folder: String {
      switch form {
      case .files(let folder): absolutePath(folder)
      case .pages(let pages): URL(filePath: pages.file).deletingLastPathComponent().path
      }
    }
  }

  /// Pages of PDF that labels are to be put on.
  struct Pages {
    /// Absolute path of the file, behind its links.
    var file: String
    var layout: SheetLayout
    var verification = LabelSheets.Verification.sample
    /// Whether a print shop gets a ticket and a proof with them.
    var isForPrintShop = false
  }
}
