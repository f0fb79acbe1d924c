import Arguments
import Glibc
import Terminal

@main
struct Main {
  static func main() {
    Sink.occupyClosedDescriptors()
    Interruption.install()
    let environment = Environment.current()
    let status = CommandRunner(environment: environment).run(Array(CommandLine.arguments.dropFirst()))
    exit(status)
  }
}
