import ToolBasics

/// A requirement that only this machine could find. Each case has the line, or the path, that it is about.
package enum ArtifactFailure: CommandFailure, Equatable {
    case fileURL(String)
    /// `name @ path`.
    case directReference(String)
    case notAnArchive(String)
    /// An option, such as `-e`, and the line with it.
    case localOption(String, String)
    case extras(String)
    case marker(String)
    case options(String)

    package var isRepairedByEdit: Bool { true }

    package var description: String {
        let what = "local package artifact requirements"
        return switch self {
        case .fileURL(let line): "local file URL requirements are not supported: \(line)"
        case .directReference(let line):
            "local direct reference requirements (`name @ path`) are not supported: \(line); give the bare path"
        case .notAnArchive(let path):
            "local package requirement \"\(path)\" is not a supported wheel or source archive"
        case .localOption(let option, let line):
            "local requirements option \"\(option)\" is not supported: \(line)"
        case .extras(let line): "extras are not supported on \(what): \(line)"
        case .marker(let line): "environment markers are not supported on \(what): \(line)"
        case .options(let line): "\(what) do not support inline options or hashes: \(line)"
        }
    }
}
