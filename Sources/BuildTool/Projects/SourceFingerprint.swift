import Foundation
package import ModelSchema
import PythonPackages
import ToolBasics

/// Tells whether the document in `.cog` is still that of the sources, by their sizes and times. What code reads while it
/// is imported, such as lists of choices, counts too.
package struct SourceFingerprint: Sendable {
    private let project: Project
    private var path: String { project.stateDirectory + "/sources.txt" }
    private var documentPath: String { project.stateDirectory + "/openapi_schema.json" }

    package init(_ project: Project) { self.project = project }

    /// The document of the last build, if no Python file and no configuration changed since.
    package func knownDocument() -> ModelDocument? {
        guard let stored = try? String(contentsOfFile: path, encoding: .utf8), stored == state(),
            let text = try? String(contentsOfFile: documentPath, encoding: .utf8)
        else { return nil }
        // A document that can no longer be read is made again.
        return try? ModelDocument(text)
    }

    /// Notes the state that the document now in `.cog` describes.
    package func store() {
        // Without the note the next run builds before it checks, and that is all.
        try? state().write(toFile: path, atomically: true, encoding: .utf8)
    }

    private static let kinds: Set = ["py", "json", "yaml", "yml", "toml", "txt", "csv", "ini", "cfg"]

    private func state() -> String {
        let keys: [URLResourceKey] = [.contentModificationDateKey, .fileSizeKey]
        let root = URL(fileURLWithPath: project.directory)
        // Replacing the document invalidates the note.
        let document = URL(fileURLWithPath: documentPath)
        let written = (try? document.resourceValues(forKeys: Set(keys)))?.contentModificationDate
        let packages = project.requirements.lines.joined(separator: " ")
        var lines = ["\(ProgramVersion.current) \(project.config) \(packages) \(written?.timeIntervalSince1970 ?? 0)"]
        guard let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: keys) else { return "" }
        for case let url as URL in walk {
            if [".cog", ".git", ".venv", "venv", "__pycache__"].contains(url.lastPathComponent) {
                walk.skipDescendants()
            }
            guard Self.kinds.contains(url.pathExtension), let values = try? url.resourceValues(forKeys: Set(keys))
            else { continue }
            let time = values.contentModificationDate?.timeIntervalSince1970 ?? 0
            lines.append("\(url.path) \(values.fileSize ?? 0) \(time)")
        }
        return lines.sorted().joined(separator: "\n")
    }
}
