import Foundation
import ToolBasics

/// The Pythons on PATH.
package enum PythonInterpreters {
    /// Their paths. Those of version managers come last: they are scripts that take as long to start as the reading takes.
    package static func found(_ environment: [String: String]) -> [String] {
        let directories = (environment[.path] ?? "").split(separator: ":").map(String.init)
        let names = ["python3", "python3.13", "python3.12", "python3.11", "python3.10"]
        let found = directories.flatMap { directory in names.map { directory + "/" + $0 } }.filter {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        let isShim = { (path: String) in path.contains("/shims/") }
        return found.filter { !isShim($0) } + found.filter(isShim)
    }
}
