import PythonPackages
import ToolBasics

/// Why the SDK could not describe a model, from what it wrote.
package struct DescriptionFailure: Equatable, Sendable {
    /// What went wrong, what to do, and the model's traceback, each once.
    package let text: String

    /// - Parameter output: of the SDK: a traceback of the model, if it raised one, and what it comes to.
    package init(_ output: String) {
        let output = output.trimmingSpaces
        guard let range = output.ranges(of: "ERROR: ").last else {
            text = output
            return
        }
        var message = String(output[range.upperBound...])
        if message.contains("invalid default") { message += "\nA default has to be of the type of its input." }
        if let module = Self.missingModule(message) {
            let package = PackageNames.package(of: module)
            message += "\nAdd \(package) to the requirements in cog.yaml, or correct the import."
        }
        // The last line of a traceback is the message again.
        var lines = output[..<range.lowerBound].trimmingSpaces.split(
            separator: "\n", omittingEmptySubsequences: false)
        if let last = lines.last, !last.hasPrefix(" "), message.contains(last) { lines.removeLast() }
        text = ([Substring(message)] + lines).joined(separator: "\n")
    }

    /// The first part of the name of a module that could not be found.
    private static func missingModule(_ message: String) -> String? {
        guard let range = message.firstRange(of: "ModuleNotFoundError: No module named '") else { return nil }
        return String(message[range.upperBound...].prefix { $0 != "." && $0 != "'" })
    }
}
