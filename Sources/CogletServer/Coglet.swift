import EventLoop
import Glibc
import HTTPServer
import PlaygroundServer

/// The prediction server; `python -m cog.server.http` becomes this program.
@main
enum Coglet {
    /// The version of the server; `scripts/tidy` checks that it matches the file VERSION.
    static let version = "0.24.0"

    static func main() {
        if let text = madeText(CommandLine.arguments.dropFirst()) {
            print(text, terminator: "")
            return
        }
        if CommandLine.arguments.dropFirst().first == "playground" { servePlayground() }
        do {
            var settings = try Settings(arguments: CommandLine.arguments, environment: environment)
            SecretVariable.forget(Variables.access.apiKey)
            // First, because libuv ends the process if it can't open what it needs.
            try settings.divideDescriptors(of: DescriptorLimit.raise())
            let application = try Application(settings)
            try application.listen()
            try application.startWorkers()
            application.run()
        } catch let error as EventLoopError {
            fail("RuntimeError: \(error)")
        } catch let error as SettingsError {
            fail("\(error)", status: 2)
        } catch {
            fail("\(error)")
        }
    }

    /// `coglet playground`, which `cog playground` starts: no model, but the page for any model server.
    private static func servePlayground() -> Never {
        do {
            let options = try PlaygroundOptions(CommandLine.arguments.dropFirst(2))
            try PlaygroundServer(options, version: version, environment: environment).run()
            exit(0)
        } catch let error as PlaygroundOptionsError {
            fail("\(error)", status: 2)
        } catch {
            fail("\(error)")
        }
    }

    /// The texts for `make docs`.
    private static func madeText(_ arguments: ArraySlice<String>) -> String? {
        switch arguments {
        case ["--describe-settings"]: Variables.document
        case ["--describe-metrics"]: MetricCatalog.document
        case ["--describe-tables"]: SharedTables.module
        default: nil
        }
    }

    private static func fail(_ text: String, status: Int32 = 1) -> Never {
        var line = "coglet: \(text)\n"
        line.withUTF8 { _ = write(2, $0.baseAddress, $0.count) }
        exit(status)
    }
}
