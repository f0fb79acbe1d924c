/// The name of each request to a module's firmware, by which an error says what was being done.
public enum ModuleRequest: String, Hashable, Sendable, CaseIterable {
  case echo, reset, parameters, imageState, imageUpload, imageTest, imageConfirm
  case identity, pairBegin, pairProve, pairCommit, pairReplace, pairService, configure, configuration
  case challenge, start, stop, readings, setClock
}
