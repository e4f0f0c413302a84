import ToolBasics

/// A configuration that can't be used.
package enum ConfigFailure: CommandFailure, Equatable {
    /// Everything that is wrong, in the order in which it is reported, each with its place and the line there.
    case problems([String])

    package var isRepairedByEdit: Bool { true }

    package var description: String {
        switch self {
        case .problems(let problems): problems.joined(separator: "\n")
        }
    }
}
