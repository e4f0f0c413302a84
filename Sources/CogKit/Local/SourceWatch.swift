import Foundation

/// Notices changes of a project's sources.
package struct SourceWatch: Sendable {
    private let directory: String
    private let configName: String

    package init(_ project: Project) {
        directory = project.directory
        configName = project.configName
    }

    /// Returns when a Python file or the configuration was changed, added or removed; asks twice a second.
    package func change() async throws {
        let before = state()
        repeat { try await Task.sleep(for: .milliseconds(500)) } while state() == before
    }

    private func state() -> [String: Date] {
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
