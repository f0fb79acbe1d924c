import Fieldbook
import Records
import Tables

/// One row of a survey list, judged.
struct SurveyRow {
  /// The reason why a row is no welder and says nothing that is lost.
  enum Skip: String, CaseIterable {
    case empty
    /// The header once more, as at the top of a printed page.
    case header
    /// The numbers of the columns below the header.
    case columnNumbers
    case sample, total, note
  }

  /// What keeps a row from becoming an appointment.
  struct Problem {
    enum Fault: Hashable {
      case field(RegistrationField, FieldProblem.Fault)
      /// The phone of whoever filled in the row is no phone number.
      case filledByPhone
      /// The name of whoever filled in the row cannot be kept.
      case filledBy(FieldProblem.Fault)
      /// The text means several choices of the field.
      case several(RegistrationField, text: String)
      /// The field is 其他, which needs a remark.
      case otherNeedsNote(RegistrationField)
      /// The phone was saved with fewer digits than it has.
      case roundedPhone(text: String)
      /// The row is of several welders.
      case quantity(String)
      /// The cell has a formula whose value is not stored.
      case uncalculated
      /// The cell has a formula's error.
      case formulaError(String)
      /// The line of a CSV cannot be read.
      case line(CSVProblem.Fault)
    }

    /// The cell, such as `D7`; nil where the list has no such column.
    var cell: CellAddress?
    var fault: Fault
    /// What is written in the cell, where that helps to find the slip and is no name and no phone.
    var text: String?
    /// The number of digits in the cell of a phone.
    var digits: Int?
  }

  enum Outcome {
    case skipped(Skip)
    case rejected([Problem])
    case welder(InstallationEvent.Surveyed)
  }

  /// Number of the row in its sheet, or of the line in a CSV, from 1.
  let number: Int
  let outcome: Outcome
}
