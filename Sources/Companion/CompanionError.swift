/// The reason why a phone cannot be served.
public enum CompanionError: Error, Hashable, Sendable {
  /// No interface has an address that a phone can reach.
  case noNetwork
  /// An option names an interface that is not there or has no address; the values are this name and the names
  /// of the interfaces that are there.
  case unknownInterface(String, [String])
  /// The address cannot be listened on.
  case cannotListen(address: String, errno: Int32)
  /// A part of the page is missing or damaged.
  case page(file: String)
  /// The folder of the task cannot be written.
  case folder(path: String, errno: Int32)
  /// The computer provides no random bytes.
  case random
}
