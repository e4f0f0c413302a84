import Foundation
import ToolBasics

/// Inputs that can't be sent.
package enum InputFailure: CommandFailure {
    /// What is wrong with them, an item for each input.
    case problems([String])
    /// A value of `-i` without a name.
    case notAPair(String)
    case malformedJSON(reason: String)
    /// The JSON type that isn't an object.
    case notAnObject(String)
    /// A file that is the value of an input.
    case unreadableFile(String, input: String, any Error)
    /// The file of `--json`.
    case unreadableJSON(String, any Error)
    case unreadableInput

    package var isRepairedByEdit: Bool { true }

    package var description: String {
        switch self {
        case .problems(let problems) where problems.count == 1: problems[0]
        case .problems(let problems):
            "input validation failed:\n" + problems.map { "- " + $0 }.joined(separator: "\n")
        case .notAPair(let text): "Failed to parse input '\(text)', expected format is 'name=value'"
        case .malformedJSON(let reason): "Failed to parse JSON: \(reason)"
        case .notAnObject(let type): "Failed to parse JSON: expected an object, got \(type)"
        case .unreadableFile(let path, let input, let error):
            "input \"\(input)\": failed to read file \"\(path)\": \(error.localizedDescription)"
        case .unreadableJSON(let path, let error):
            "Failed to read JSON from file \"\(path)\": \(error.localizedDescription)"
        case .unreadableInput: "Failed to read JSON from stdin: it is empty or not UTF-8"
        }
    }
}
