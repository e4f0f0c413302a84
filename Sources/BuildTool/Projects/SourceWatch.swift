import Foundation

/// Notices changes of a project's sources since it was made.
package struct SourceWatch: Sendable {
    private let directory: String
    private let configName: String
    private let before: [String: Date]

    /// Looks at the sources. Made before they are read, it misses no change that comes while they are.
    package init(_ project: Project) {
        directory = project.directory
        configName = project.configName
        before = Self.state(directory, configName)
    }

    /// Whether a Python file or the configuration was changed, added or removed since.
    package var isChanged: Bool { Self.state(directory, configName) != before }

    private static func state(_ directory: String, _ configName: String) -> [String: Date] {
        var files: [String: Date] = [:]
        let keys: [URLResourceKey] = [.contentModificationDateKey]
        let root = URL(fileURLWithPath: directory)
        guard let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: keys) else {
            return files
        }
        for case let url as URL in walk {
            if [".cog", ".git", ".venv", "venv", "__pycache__", "node_modules"].contains(url.lastPathComponent) {
                walk.skipDescendants()
            }
            guard url.pathExtension == "py" || url.lastPathComponent == configName else { continue }
            // A file that went away between the two calls shows as missing, which is a change too.
            files[url.path] = try? url.resourceValues(forKeys: Set(keys)).contentModificationDate
        }
        return files
    }
}
