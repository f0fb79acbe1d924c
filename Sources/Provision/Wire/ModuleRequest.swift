/// Everything that can be asked of a module's firmware: what an error says it was doing.
public enum ModuleRequest: String, Hashable, Sendable, CaseIterable {
  case echo, reset, parameters, imageState
  case identity, pairBegin, pairProve, pairCommit, configure, configuration
  case challenge, start, stop, readings, setClock

  /// The group of pairing, functional test and control.
  public static let pairingGroup: UInt16 = 64
}
