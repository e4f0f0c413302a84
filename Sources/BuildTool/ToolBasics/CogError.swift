/// What can go wrong, with text that is fit to print.
///
/// Every case ends the command with status 1 unless `exitStatus` says otherwise.
package enum CogError: Error, Equatable, Sendable {
    /// The configuration file is wrong; all problems, in the order in which they are told.
    case config([String])
    /// Wrong arguments or environment variables.
    case usage(String)
    /// The container engine could not be used, or refused.
    case engine(String)
    /// An image could not be built.
    case build(String)
    /// The inputs of a prediction are wrong; one text a problem.
    case inputs([String])
    /// A prediction or training could not be made, or failed.
    case prediction(String)
    /// Files of the project or of the user could not be read or written.
    case files(String)
    /// A command inside a container ended with this status.
    case exited(Int32, String)
    /// The failure has already been told; only the exit status is left.
    case told
    /// Ctrl-C or a request to end.
    case interrupted

    /// The exit status of the command: that of the command inside the container, 130 after Ctrl-C, or 1.
    package var exitStatus: Int32 {
        switch self {
        case .exited(let status, _): status
        case .interrupted: 130
        default: 1
        }
    }
}

extension CogError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .config(let problems): problems.joined(separator: "\n")
        case .inputs(let problems) where problems.count == 1: problems[0]
        case .inputs(let problems):
            "input validation failed:\n" + problems.map { "- " + $0 }.joined(separator: "\n")
        case .usage(let text), .engine(let text), .build(let text), .prediction(let text), .files(let text): text
        case .exited(_, let text): text
        case .told: ""
        case .interrupted: "interrupted"
        }
    }
}
