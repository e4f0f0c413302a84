import Glibc
import ToolBasics

/// A program that can't be run.
package enum ProcessFailure: CommandFailure {
    /// A program, and why it could not be started or waited for.
    case cannotRun(String, any Error)
    /// With the number of the system's error.
    case noDescriptors(errno: Int32)

    package var description: String {
        switch self {
        case .cannotRun(let program, let error): "can't run \(program): \(error)"
        case .noDescriptors(let number): "no more descriptors: \(String(cString: strerror(number)))"
        }
    }
}
