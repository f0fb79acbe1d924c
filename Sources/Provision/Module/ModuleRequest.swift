/// Everything that can be asked of a module's firmware: what an error says it was doing.
public enum ModuleRequest: String, Hashable, Sendable, CaseIterable {
  case echo, reset, parameters, imageState, imageUpload, imageTest, imageConfirm
  case identity, pairBegin, pairProve, pairCommit, pairReplace, pairService, configure, configuration
  case challenge, start, stop, readings, setClock
}
