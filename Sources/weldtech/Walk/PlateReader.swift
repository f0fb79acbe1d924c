import Arguments
import Fieldbook
import Files
import FoundationEssentials
import Labels
import Records
import Terminal

/// Reads the codes of plates: from a photo, or from what a scanner or a person typed.
struct PlateReader {
  /// The maximum size of a photo, bytes; a photo of 200 megapixels is within it.
  private static let maxPhotoBytes = 256 << 20

  /// A plate on a photo.
  struct Plate: Hashable {
    let code: LabelCode
    /// The text of the symbol, which may have a tag behind the code.
    let payload: String
  }

  let workplace: Workplace

  // MARK: - Photos

  /// The texts of all symbols on a photo, in no particular order.
  /// - Throws: `FileFailure`, `PictureRefused`.
  func texts(onPhoto file: String) throws -> [String] {
    let bytes = try workplace.read(atMost: Self.maxPhotoBytes) { () throws(FileError) in
      try OpenFile(reading: FilePath(file), .regularOnly)
    }
    do {
      return try LabelPicture.texts(in: bytes)
    } catch let error as LabelError {
      throw PictureRefused(file: file, error: error)
    }
  }

  /// Reads the one plate on a photo. Other symbols beside the plate, for payments or of another maker, do not
  /// count.
  /// - Throws: `PlateUnread`, `FileFailure`, `PictureRefused`.
  func plate(onPhoto file: String) throws -> Plate {
    var plates: [Plate] = []
    for text in try texts(onPhoto: file) where text.contains("/") {
      guard let code = LabelCode(written: text), !plates.contains(where: { $0.code == code }) else { continue }
      plates.append(Plate(code: code, payload: text))
    }
    guard let plate = plates.first else { throw PlateUnread.none(file: file) }
    guard plates.count == 1 else { throw PlateUnread.several(file: file, plates.map(\.code)) }
    return plate
  }

  /// The code that options give: the one that was typed, or the one on a photo; nil where neither is given.
  /// - Throws: `CodeMistyped`, `UsageError`, and the errors of `plate(onPhoto:)`.
  func code(typed: String?, photo: String?) throws -> LabelCode? {
    if typed != nil, photo != nil { throw UsageError.conflictingOptions("--code", "--code-photo") }
    if let typed { return try labelCode(typed) }
    return try photo.map { try plate(onPhoto: $0).code }
  }

  // MARK: - Answers

  /// Whether this laptop's welders get plates from stock.
  var isStock: Bool { get throws { try workplace.fieldbook().setup().plates == .stock } }

  /// The code of an answer: the code, the address that a scanner types, or the path of a photo. A code that
  /// another record has is refused.
  /// - Throws: `CodeMistyped`, `FieldbookError.codeBound`, `FieldbookError.labelIs`, and the errors of `plate(onPhoto:)`.
  func code(answered text: String) throws -> LabelCode {
    let code: LabelCode
    if let typed = LabelCode(written: text) {
      code = typed
    } else {
      let path = TypedPath.read(text, home: workplace.environment["HOME"] ?? "/")
      let isPath = path.contains("/") || path.contains(".")
      guard isPath || (try? FilePath(path).status()) != nil else { throw CodeMistyped(text: text) }
      code = try plate(onPhoto: path).code
    }
    try refuseTaken(code)
    return code
  }

  /// Asks for the code of the plate in hand.
  /// - Throws: `PromptError`, also `back`.
  func ask() throws -> LabelCode {
    var code: LabelCode?
    while true {
      _ = try Prompter(workplace.console, goesBack: true).text(
        Text(zh: "扫描手上的标牌（也可输入标牌码或照片路径）", en: "scan the plate in hand (or type its code, or a photo's path)"),
        completer: { PathCompletion(home: workplace.environment["HOME"] ?? "/").complete($0) },
        problem: { text in
          do { code = try self.code(answered: text) } catch { return explain(error).message }
          return nil
        })
      if let code { return code }
    }
  }

  /// Refuses a code that another record has, and one whose label is spoiled, before anybody answers a question.
  /// - Throws: `FieldbookError.codeBound`, `FieldbookError.labelIs`.
  func refuseTaken(_ code: LabelCode) throws {
    let fieldbook = try workplace.fieldbook()
    if let id = try? fieldbook.resolve(code.description), try fieldbook.status(of: id) != .void {
      throw FieldbookError.codeBound(code, to: id)
    }
    if try fieldbook.label(of: code).state == .spoiled { throw FieldbookError.labelIs(code, .spoiled) }
  }
}

/// The error that a photo does not say which plate is on the welder.
enum PlateUnread: Error, Hashable {
  /// No label's symbol can be read on it.
  case none(file: String)
  case several(file: String, [LabelCode])
  /// The symbol leads to another address than the platform's, or has another tag than the one in the company's
  /// list.
  case otherPayload(String, expected: String)
}
