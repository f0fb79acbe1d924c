import Arguments
import Glibc
import Terminal

@main
struct Main {
  static func main() {
    Sink.occupyClosedDescriptors()
    Interruption.install()
    let names = PathNames.ofUser()
    let environment = Environment.current(names)
    let status = CommandRunner(environment: environment, names: names).run(words: CommandWords.ofProcess())
    exit(status)
  }
}
