import FoundationEssentials
import Labels

extension LabelShop {
  /// A request for labels of one template and for their destination.
  struct Request {
    /// The kind of files for the labels.
    enum Form {
      /// Each label gets a file of its own, in this folder.
      case files(folder: String)
      case pages(Pages)
    }

    var labels: LabelRequests
    var template: LabelTemplate
    var settings: LabelMaker.Settings
    var form: Form
    /// A printer that also gets the labels; nil for pages.
    var destination: LabelDestination?
    /// The reason for making existing labels again; nil makes only new labels.
    var reason: String?
    /// Whether a list that is made again may contain labels that were never made.
    var includesNew = false
    /// Number of threads that make the labels, within `LabelBatch.workers`.
    var workers = 1
    /// Digest that a program before `RequestDigest` computed for this request; nil where none did.
    var formerDigest: String?

    /// Absolute path of the folder of labels or of the file of pages, by which the stock recognises the order.
    var output: String {
      switch form {
      case .files(let folder): absolutePath(folder)
      case .pages(let pages): pages.file
      }
    }

    /// Absolute path of the folder that contains the files.
    var folder: String {
      switch form {
      case .files(let folder): absolutePath(folder)
      case .pages(let pages): URL(filePath: pages.file).deletingLastPathComponent().path
      }
    }
  }

  /// PDF pages for the labels of a request.
  struct Pages {
    /// Absolute path of the file, with links resolved.
    var file: String
    var layout: SheetLayout
    var verification = LabelSheets.Verification.sample
    /// Whether a print shop gets a ticket and a proof with the pages.
    var isForPrintShop = false
  }
}
