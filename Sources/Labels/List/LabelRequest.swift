/// A label that the user wants: the text of its symbol and the texts beside the symbol.
public struct LabelRequest: Hashable, Sendable {
  /// Line number in the list, from 1, by which errors name the request.
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
