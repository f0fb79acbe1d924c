import Fieldbook
import Records
import Tables

/// One row of a survey list, judged.
struct SurveyRow {
  /// The reason why a row is no welder and is skipped without a loss.
  enum Skip: String, CaseIterable {
    case empty
    /// The row repeats the header, as at the top of a printed page.
    case header
    /// The row has the numbers of the columns below the header.
    case columnNumbers
    case sample, total, note
  }

  /// A problem that keeps a row from becoming an appointment.
  struct Problem {
    enum Fault: Hashable {
      case field(RegistrationField, FieldProblem.Fault)
      /// The phone of whoever filled in the row is no phone number.
      case filledByPhone
      /// The name of whoever filled in the row cannot be kept.
      case filledBy(FieldProblem.Fault)
      /// The text names several choices of the field.
      case several(RegistrationField, text: String)
      /// The field is 其他, which needs an explanation.
      case otherNeedsNote(RegistrationField)
      /// The phone was saved with fewer digits than it has.
      case roundedPhone(text: String)
      /// The quantity of the row is not 1.
      case quantity(String)
      /// The cell has a formula whose value is not stored.
      case uncalculated
      /// The cell holds the error of a formula.
      case formulaError(String)
      /// The line of a CSV cannot be read.
      case line(CSVProblem.Fault)
    }

    /// The cell, such as `D7`; nil where the list has no such column.
    var cell: CellAddress?
    var fault: Fault
    /// The text of the cell, where it helps to find the mistake and is no name and no phone; else nil.
    var text: String?
    /// The number of digits in the cell of a phone; nil for any other cell.
    var digits: Int?
  }

  enum Outcome {
    case skipped(Skip)
    case rejected([Problem])
    case welder(InstallationEvent.Surveyed)
  }

  /// The number of the row in its sheet, or of the line in a CSV, from 1.
  let number: Int
  let outcome: Outcome
}
