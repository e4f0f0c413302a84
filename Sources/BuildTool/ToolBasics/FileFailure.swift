import Foundation
import Glibc

/// A file of the project or of the user that can't be used.
package enum FileFailure: CommandFailure {
    case cannotWrite(String, any Error)
    /// What a build needs besides the project, into a directory.
    case cannotWriteBuildFiles(String, any Error)
    case cannotMake(String, any Error)
    /// With the number of the system's error.
    case cannotOpen(String, errno: Int32)
    case notText(String)

    package var isRepairedByEdit: Bool {
        if case .cannotWriteBuildFiles = self { true } else { false }
    }

    package var description: String {
        switch self {
        case .cannotWrite(let path, let error): "can't write \(path): \(error.localizedDescription)"
        case .cannotWriteBuildFiles(let path, let error):
            "can't write build files to \(path): \(error.localizedDescription)"
        case .cannotMake(let path, let error): "can't make \(path): \(error.localizedDescription)"
        case .cannotOpen(let path, let number): "can't open \(path): \(String(cString: strerror(number)))"
        case .notText(let path): "\(path) can't be read as UTF-8 text: save it as UTF-8"
        }
    }
}
