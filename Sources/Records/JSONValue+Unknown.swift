extension JSONValue {
  /// Returns this document with those keys of an earlier one that this program does not know, so that an older
  /// program loses nothing of a newer program's record. Where a part was replaced by another, the unknown keys
  /// of the old part are dropped.
  /// - Parameters:
  ///   - earlier: the earlier document as it was written.
  ///   - known: what this program reads of `earlier`, encoded again.
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

  /// The keys that identify an object. Where one of them differs, the object is another one.
  private static let identities = [
    "id", "unitId", "unitName", "serialNumber", "code", "number", "sha256", "name",
  ]
}
