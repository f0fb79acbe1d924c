/// One label that the user wants: what its symbol says and what it shows besides.
public struct LabelRequest: Hashable, Sendable {
  /// Line number in the list that asks for it, from 1, by which errors name it.
  public let line: Int
  public let payload: LabelPayload
  /// Texts by the template's field names, without the code.
  public let fields: [String: String]

  public init(line: Int, payload: LabelPayload, fields: [String: String]) {
    self.line = line
    self.payload = payload
    self.fields = fields
  }
}
