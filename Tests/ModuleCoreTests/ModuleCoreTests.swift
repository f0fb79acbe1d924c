// ModuleCoreTests
