import ContainerEngine
import Glibc
import ToolBasics

/// A server that can't be started, or that ended.
package enum ServerFailure: CommandFailure, Equatable {
    /// The status of a server in a container, and the end of what it printed.
    case containerEnded(Int32, said: String)
    /// The same for a child process.
    case processEnded(Int32, said: String)
    case playgroundEnded(Int32)
    /// With the number of the system's error.
    case noFreePort(errno: Int32)

    package var description: String {
        switch self {
        case .containerEnded(let status, _): "container exited with status \(status)"
        case .processEnded(let status, _): "the server ended with status \(status)"
        case .playgroundEnded(let status): "the playground ended with status \(status)"
        case .noFreePort(let number): "no free port: \(String(cString: strerror(number)))"
        }
    }

    package var hint: String? {
        switch self {
        case .containerEnded(_, let said), .processEnded(_, let said): NextStep.after(said)
        case .playgroundEnded, .noFreePort: nil
        }
    }
}
