import EventLoop
import Glibc
import HTTPServer

/// The prediction server; `python -m cog.server.http` becomes this program.
@main
enum Coglet {
    /// The version of the server; `scripts/tidy` checks that it is the one in the file VERSION.
    static let version = "0.24.0"

    static func main() {
        do {
            let options = try ServerOptions(arguments: CommandLine.arguments)
            let application = try Application(options: options)
            try application.listen()
            application.run()
        } catch let error as EventLoopError {
            fail("RuntimeError: \(error)")
        } catch {
            fail("\(error)")
        }
    }

    private static func fail(_ text: String) -> Never {
        var line = "coglet: \(text)\n"
        line.withUTF8 { _ = write(2, $0.baseAddress, $0.count) }
        exit(1)
    }
}
