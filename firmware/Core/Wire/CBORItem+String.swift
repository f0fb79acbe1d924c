#if !hasFeature(Embedded)
  extension CBORItem {
    /// A text, where it is valid UTF-8.
    public var string: String? {
      guard let text else { return nil }
      return String(validating: text, as: UTF8.self)
    }
  }

  extension CBORMapWriter {
    public mutating func put(_ key: StaticString, string value: String) {
      put(key, text: Array(value.utf8))
    }
  }
#endif
