extension Workplace {
  /// A command line of this program as it is typed again in the same folder, with the home that was given on the line.
  func commandLine(_ words: [String]) -> String {
    let home = typedHome.map { ["--home", $0] } ?? []
    return ([environment.typedProgram] + home + words).map(ShellWord.quoted).joined(separator: " ")
  }
}
