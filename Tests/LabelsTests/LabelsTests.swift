// LabelsTests
