import Foundation
import ToolBasics

/// A `--secret` of a build: a file or an environment variable that steps see but no layer keeps.
package struct BuildSecret: Equatable, Sendable {
    package let id: String
    /// Absolute path, or nil for a variable.
    package let file: String?
    package let variable: String?

    /// What `docker build --secret` takes.
    package var argument: String { "id=\(id)," + (file.map { "src=\($0)" } ?? "env=\(variable ?? id)") }

    /// Parses `id=ID,src=PATH`, `id=ID,env=VAR` and the like.
    ///
    /// - Parameters:
    ///   - directory: what relative paths are relative to.
    ///   - environment: decides what a bare `id=ID` means: a variable of that name, else a file.
    package init(_ text: String, directory: String, environment: [String: String]) throws(SecretFailure) {
        var values: [String: String] = [:]
        for field in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                throw .notAPair(String(field))
            }
            let key = parts[0].lowercased()
            guard ["id", "src", "source", "env", "type"].contains(key) else {
                throw .unknownKey(parts[0], field: String(field))
            }
            values[key == "source" ? "src" : key] = parts[1]
        }
        guard let id = values["id"], !id.isEmpty else {
            throw .noID(text)
        }
        if let type = values["type"], type != "file", type != "env" {
            throw .unknownType(type)
        }
        self.id = id
        if values["type"] == "env" || values["env"] != nil {
            let name = values["env"] ?? values["src"] ?? id
            guard environment[name] != nil else {
                throw .unsetVariable(name, id: id)
            }
            variable = name
            file = nil
        } else if values["src"] == nil, values["type"] == nil, environment[id] != nil {
            variable = id
            file = nil
        } else {
            let path = values["src"] ?? id
            let full = path.hasPrefix("/") ? path : directory + "/" + path
            guard FileManager.default.isReadableFile(atPath: full) else {
                throw .unreadableFile(path, id: id)
            }
            file = full
            variable = nil
        }
    }
}
