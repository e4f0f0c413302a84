import Foundation
import ModelConfig

/// The large data files of a project, which get an image of their own.
package struct SeparateWeights: Equatable, Sendable {
    /// Files at the top of the project and directories, relative to it.
    private let files: [String]
    private let directories: [String]

    /// What counts as large.
    static let thresholdBytes = 10 << 20

    package init(files: [String] = [], directories: [String] = []) {
        self.files = files
        self.directories = directories
    }

    /// All of them, sorted.
    package var paths: [String] { (files + directories).sorted() }

    /// What hides them from a build of the project.
    package var ignorePatterns: [String] {
        paths.flatMap { path in
            let pattern = path.map { "\\*?[#!".contains($0) ? "\\\($0)" : String($0) }.joined()
            return directories.contains(path) ? [pattern, pattern + "/**/*"] : [pattern]
        }
    }

    package var isEmpty: Bool { files.isEmpty && directories.isEmpty }

    /// Looks through a project; a directory with Python code anywhere below it is never among what is found.
    package static func find(in directory: String) -> SeparateWeights {
        var files: [String] = []
        var code: [String] = []
        let root = URL(fileURLWithPath: directory)
        let keys: [URLResourceKey] = [.isRegularFileKey, .fileSizeKey]
        guard let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: keys) else {
            return SeparateWeights()
        }
        for case let url as URL in walk {
            let path = String(url.path.dropFirst(root.path.count).drop { $0 == "/" })
            if [".cog", ".git", "__pycache__"].contains(path) { walk.skipDescendants() }
            // What can't be asked for its size is no weight.
            guard let values = try? url.resourceValues(forKeys: Set(keys)), values.isRegularFile == true else {
                continue
            }
            if path.hasSuffix(".py") || path.hasSuffix(".ipynb") { code.append(path) }
            // A name that no Dockerfile can hold stays with the others.
            if values.fileSize ?? 0 >= thresholdBytes, isCandidate(path), !ValueForms.hasControl(path) {
                files.append(path)
            }
        }
        return choose(files: files, code: code)
    }

    /// Files at the top stay single; others contribute their directory.
    static func choose(files: [String], code: [String]) -> SeparateWeights {
        var chosen: [String] = []
        let directories = Set(
            files.filter { $0.contains("/") }.map { $0.split(separator: "/").dropLast().joined(separator: "/") })
        for directory in directories.sorted() {
            let isBelow = chosen.contains { directory.hasPrefix($0 + "/") }
            let hasCode = code.contains { $0.hasPrefix(directory + "/") }
            if !isBelow && !hasCode { chosen.append(directory) }
        }
        return SeparateWeights(files: files.filter { !$0.contains("/") }, directories: chosen)
    }

    static func isCandidate(_ path: String) -> Bool {
        if path.split(separator: "/").contains("__pycache__") { return false }
        guard let dot = path.lastIndex(of: ".") else { return true }
        return !excluded.contains(path[dot...].lowercased())
    }

    private static let excluded: Set<String> = [
        ".py", ".ipynb", ".whl", ".jpg", ".jpeg", ".png", ".webp", ".svg", ".gif", ".avif", ".heic", ".mp4", ".mov",
        ".avi", ".wmv", ".mkv", ".webm", ".mp3", ".wav", ".ogg", ".flac", ".aac", ".m4a", ".log",
    ]
}
