import ToolBasics

/// A value of `COG_SDK_WHEEL` or `COGLET_WHEEL` that leads to no wheel.
package struct WheelFailure: CommandFailure, Equatable {
    let variable: String
    let problem: Problem

    enum Problem: Equatable {
        case controlCharacter
        case notFound(String)
        case notAWheel(String)
        /// A directory with several wheels of a package.
        case several(String, package: String)
        /// A directory without any.
        case none(String, package: String)
    }

    package var description: String { variable + ": " + reason }

    private var reason: String {
        switch problem {
        case .controlCharacter: "has a line break or another control character"
        case .notFound(let path): "path not found: \(path)"
        case .notAWheel(let path): "\(path) is not named like a wheel: rename it to NAME-VERSION-py3-none-any.whl"
        case .several(let directory, let package): "multiple wheels matching '\(package)-*.whl' found in \(directory)"
        case .none(let directory, "coglet"): "no wheel for platform amd64 found in \(directory)"
        case .none(let directory, let package): "no wheel matching '\(package)-*.whl' found in \(directory)"
        }
    }
}
