import ToolBasics

/// The program `coglet` can't be found or unpacked.
package enum CogletFailure: CommandFailure, Equatable {
    /// What `COGLET_BINARY` names.
    case notAProgram(String)
    /// This program, and the directories in which a wheel was looked for.
    case notFound(beside: String, directories: [String])
    case notUnpacked(String, into: String, reason: String)

    package var description: String {
        switch self {
        case .notAProgram(let path): "COGLET_BINARY is \(path), which isn't a program: correct it"
        case .notFound(let executable, let directories):
            "can't find coglet, which serves the playground: it is neither beside \(executable) nor in a coglet-*.whl in "
                + directories.joined(separator: ", ")
        case .notUnpacked(let wheel, let folder, let reason):
            "can't unpack \(wheel) into \(folder), which needs Python: \(reason)"
        }
    }

    package var hint: String? {
        switch self {
        case .notAProgram: nil
        case .notFound: "Reinstall cog, or set COGLET_BINARY to the path of coglet."
        case .notUnpacked: "Install Python 3, or set COGLET_BINARY to the program coglet."
        }
    }
}
