// ModuleCore
