public import Records

/// The answers of a registration whose record is not opened yet.
public struct RegistrationDraft: Hashable, Sendable {
  /// The number by which the draft is called, from 1.
  public let number: Int
  public let changedAt: Timestamp
  public var answers: Answers

  /// The answers by the paths of their fields, as `register --from` names them.
  public struct Answers: Hashable, Sendable, Codable {
    public var values: [String: String]
    /// The source of each value that nobody typed, as a word of the walk.
    public var origins: [String: String]
    /// The names of the questions that were answered, including those with an empty answer.
    public var asked: [String]
    /// The surveyed record that is registered; nil for a new one.
    public var survey: InstallationID?

    public init(
      values: [String: String] = [:], origins: [String: String] = [:], asked: [String] = [],
      survey: InstallationID? = nil
    ) {
      self.survey = survey
      self.values = values
      self.origins = origins
      self.asked = asked
    }
  }
}
