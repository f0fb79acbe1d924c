/// The name of each request to a module's firmware, which errors state.
public enum ModuleRequest: String, Hashable, Sendable, CaseIterable {
  case echo, reset, parameters, imageState, imageUpload, imageTest, imageConfirm
  case identity, pairBegin, pairProve, pairCommit, pairReplace, pairService, configure, configuration
  case challenge, start, stop, readings, setClock, authorize
}
