import ToolBasics

/// A value of `--publish` that is no port.
package struct PortFailure: CommandFailure, Equatable {
    let value: String
    let problem: Problem

    enum Problem: String {
        case empty = "value cannot be empty"
        case openBracket = "missing closing bracket for IPv6 address"
        case noPort = "port is required after IPv6 address"
        case noColon = "expected ':' after ']'"
        case noHost = "host cannot be empty"
        case number = "port must be between 1 and 65535"
    }

    package var description: String { "invalid port \"\(value)\": \(problem.rawValue)" }
}
