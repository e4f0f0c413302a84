import Foundation

/// A failure that ends a command.
///
/// Each module has failures of its own, whose cases carry facts. One place of the command line prints them.
package protocol CommandFailure: Error, Sendable, CustomStringConvertible {
    /// What happened, and where, fit to print.
    var description: String { get }
    /// What to do next, in sentences for a line of their own; nil if the description says it all.
    var hint: String? { get }
    /// The exit status of the command.
    var exitStatus: Int32 { get }
    /// Whether an edit of the project may repair it, so that `cog serve --reload` waits for one.
    var isRepairedByEdit: Bool { get }
}

extension CommandFailure {
    package var hint: String? { nil }
    package var exitStatus: Int32 { 1 }
    package var isRepairedByEdit: Bool { false }

    /// All that is printed: the description, and the hint below it.
    package var report: String { hint.map { description + "\n" + $0 } ?? description }
}

extension Error {
    /// What is printed about a failure, whether it is one of ours or the system's.
    package var report: String { (self as? any CommandFailure)?.report ?? localizedDescription }
}

/// Ctrl-C, or a request to end.
package struct Interrupted: CommandFailure, Equatable {
    package init() {}

    package var description: String { "interrupted" }
    package var exitStatus: Int32 { 130 }
}

/// The failure has been reported already; only the exit status is left.
package struct AlreadyReported: CommandFailure, Equatable {
    package init() {}

    package var description: String { "" }
}
