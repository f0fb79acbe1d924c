extension JSONValue {
  /// Gives this document with the keys of an earlier one that this program does not know: a record that a newer program wrote
  /// loses nothing by an older one. The keys of a part that another has taken the place of are left behind with it.
  /// - Parameters:
  ///   - earlier: the document as it was written.
  ///   - known: what this program reads of it, written again.
  public func keepingUnknown(of earlier: JSONValue, known: JSONValue) -> JSONValue {
    if self == known { return earlier }
    switch (self, earlier, known) {
    case (.object(var mine), .object(let before), .object(let read)):
      guard Self.identities.allSatisfy({ mine[$0] == read[$0] }) else { return self }
      for (name, value) in before {
        guard let readValue = read[name] else {
          mine[name] = mine[name] ?? value
          continue
        }
        if let present = mine[name] { mine[name] = present.keepingUnknown(of: value, known: readValue) }
      }
      return .object(mine)
    case (.array(let mine), .array(let before), .array(let read)) where before.count == read.count:
      return .array(
        mine.enumerated().map { index, value in
          guard before.indices.contains(index) else { return value }
          return value.keepingUnknown(of: before[index], known: read[index])
        })
    default: return self
    }
  }

  /// The keys that tell one thing from another of its kind.
  private static let identities = [
    "id", "unitId", "unitName", "serialNumber", "code", "number", "sha256", "name",
  ]
}
