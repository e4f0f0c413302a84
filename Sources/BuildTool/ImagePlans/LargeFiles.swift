import Foundation
import ModelConfig

/// The large files of a project, which get layers of their own, so that a change of the code doesn't move them.
package enum LargeFiles {
    /// How many files get a layer each; if there are more, those of a directory share one: images have 127 layers at most.
    static let singleLimit = 30

    /// The files above a size that builds see, sorted.
    ///
    /// - Parameter ignored: the text of `.dockerignore`.
    package static func find(in directory: String, aboveBytes limit: Int, ignored: String) -> [String] {
        let root = URL(fileURLWithPath: directory)
        let keys: Set<URLResourceKey> = [.isRegularFileKey, .fileSizeKey]
        guard let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: Array(keys)) else {
            return []
        }
        let rules = IgnoreRules(ignored)
        var found: [String] = []
        for case let url as URL in walk {
            let path = String(url.path.dropFirst(root.path.count).drop { $0 == "/" })
            if path == ".cog" || path == ".git" { walk.skipDescendants() }
            // What can't be asked for its size stays with the others.
            guard let values = try? url.resourceValues(forKeys: keys), values.isRegularFile == true,
                values.fileSize ?? 0 > limit, !rules.hides(path), !ValueForms.hasControl(path)
            else { continue }
            found.append(path)
        }
        return found.sorted()
    }

    /// Which files share a layer.
    static func layers(_ files: [String]) -> [[String]] {
        guard files.count > singleLimit else { return files.map { [$0] } }
        func directory(_ path: String) -> Substring { path.lastIndex(of: "/").map { path[..<$0] } ?? "" }
        return Dictionary(grouping: files, by: directory).sorted { $0.key < $1.key }.map(\.value)
    }
}
