// FieldbookTests
