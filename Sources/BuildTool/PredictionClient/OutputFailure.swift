import Foundation
import Glibc
import ToolBasics

/// An output that can't be written.
package enum OutputFailure: CommandFailure {
    /// A directory has the name that outputs get by default.
    case nameTaken(String)
    /// With the number of the system's error.
    case notWritable(String, errno: Int32)
    case directoryNotWritable(String)
    case malformedDataURL
    case notBase64
    case cannotWrite(String, any Error)

    package var description: String {
        switch self {
        case .nameTaken(let name): "Default output name \"\(name)\" conflicts with directory, provide --output"
        case .notWritable(let path, let number):
            "Output path is not writable: \(path): \(String(cString: strerror(number)))"
        case .directoryNotWritable(let path):
            "Output path is not writable: Output directory is not writable: \(path)"
        case .malformedDataURL: "Failed to split data URL into 2 parts"
        case .notBase64: "Failed to decode a data URL: it is not base64"
        case .cannotWrite(let path, let error): "Failed to write output to \(path): \(error.localizedDescription)"
        }
    }
}
