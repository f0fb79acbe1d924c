@testable import Fieldbook

extension Fieldbook {
  /// Takes migrations back, the newest first, so that opening the fieldbook again applies them to its contents.
  /// - Parameter name: the number of the earliest migration that is taken back, from 0005.
  func rewind(to name: String) throws(FieldbookError) {
    let undone = Self.undoing.filter { $0.migration >= name }
    try database.execute(
      (undone.map(\.script) + ["DELETE FROM migration WHERE name >= '\(name)';"]).joined(separator: "\n"))
  }

  /// The script that undoes each migration. The scripts drop only tables whose rows no migration has to keep,
  /// and tables and columns that a migration fills again.
  private static let undoing: [(migration: String, script: String)] = [
    ("0016", "ALTER TABLE delivery DROP COLUMN bytes; ALTER TABLE pairing_key DROP COLUMN sealed;"),
    ("0015", "DROP TABLE set_aside;"),
    (
      "0014",
      """
      DROP INDEX event_rare; DROP INDEX event_strokes; DROP INDEX ledger_by_name;
      DROP INDEX ledger_in_order_of_due; DROP INDEX ledger_in_order_of_appointment;
      ALTER TABLE unit_merge DROP COLUMN direct; DROP INDEX event_outcome;
      CREATE INDEX event_outcome ON event (substr(at, 1, 10)) WHERE name IN ('signed', 'registered', 'refused');
      """
    ),
    (
      "0013",
      """
      DROP TRIGGER ledger_follows_unit; DROP TRIGGER ledger_follows_unit_of_new;
      DROP TABLE search_index; DROP TABLE search; DROP TABLE unit_merge; DROP TABLE unit_split;
      DROP TABLE given_block; DROP INDEX event_outcome;
      """
    ),
    ("0012", "DROP TRIGGER ledger_follows_status; DROP TABLE ledger;"),
    ("0011", "DROP TABLE agreement_timestamp;"),
    ("0010", "DROP TABLE draft;"),
    (
      "0009",
      """
      DROP INDEX delivery_file_original; ALTER TABLE delivery_file DROP COLUMN is_original;
      ALTER TABLE photo_mark DROP COLUMN method;
      """
    ),
    ("0008", "DROP TABLE photo_hash; DROP TABLE photo_mark;"),
    (
      "0007",
      """
      DROP TABLE remote_record; DROP TABLE conflict;
      DROP INDEX delivery_pending; ALTER TABLE delivery DROP COLUMN carried_at;
      CREATE INDEX delivery_pending ON delivery (number) WHERE acknowledged_at IS NULL;
      """
    ),
    ("0006", "DROP TABLE visit;"), ("0005", "DROP TABLE photo_use; DROP TABLE seal_use;"),
  ]
}
