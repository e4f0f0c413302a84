import ToolBasics

/// A value of `--secret` that can't be used.
package enum SecretFailure: CommandFailure, Equatable {
    case notAPair(String)
    case unknownKey(String, field: String)
    case noID(String)
    case unknownType(String)
    /// The variable and the file that a secret comes from.
    case unsetVariable(String, id: String)
    case unreadableFile(String, id: String)

    package var description: String { "failed to parse secrets: " + reason }

    private var reason: String {
        switch self {
        case .notAPair(let field): "invalid field \"\(field)\" must be a key=value pair"
        case .unknownKey(let key, let field): "unexpected key '\(key)' in '\(field)'"
        case .noID(let text): "id is missing in '\(text)'"
        case .unknownType(let type): "unsupported secret type \"\(type)\""
        case .unsetVariable(let name, let id): "variable \(name) of secret \"\(id)\" is not set"
        case .unreadableFile(let path, let id): "file \(path) of secret \"\(id)\" does not exist or can't be read"
        }
    }
}
