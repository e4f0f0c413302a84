import Foundation
import ImagePlans
import Projects
import ToolBasics

/// Which large files went into a project's weights image, by size and time, so that nothing is built when none changed.
struct WeightsManifest {
    private let files: [String: Entry]
    private let path: String

    private struct Entry: Codable, Equatable {
        let size: Int
        /// Seconds since 2001.
        let modified: Double
    }

    init(project: Project, weights: SeparateWeights) {
        path = project.stateDirectory + "/cache/weights_manifest.json"
        var files: [String: Entry] = [:]
        for name in weights.paths {
            for file in Self.files(at: project.directory + "/" + name) {
                files[String(file.path.dropFirst(project.directory.count + 1))] = Self.entry(file)
            }
        }
        self.files = files
    }

    /// Whether the image that was built last has the same files.
    var isUnchanged: Bool {
        // A manifest that isn't there or can't be read is that of another state.
        guard let data = FileManager.default.contents(atPath: path) else { return false }
        return (try? JSONDecoder().decode([String: Entry].self, from: data)) == files
    }

    /// Notes what is in the image now.
    func store() throws(FileFailure) {
        let url = URL(fileURLWithPath: path)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try encoder.encode(files).write(to: url, options: .atomic)
        } catch {
            throw .cannotWrite(path, error)
        }
    }

    /// The file, or all files below the directory.
    private static func files(at path: String) -> [URL] {
        let url = URL(fileURLWithPath: path)
        guard let walk = FileManager.default.enumerator(at: url, includingPropertiesForKeys: nil) else { return [url] }
        return [url] + walk.compactMap { $0 as? URL }
    }

    private static func entry(_ url: URL) -> Entry? {
        let keys: Set<URLResourceKey> = [.isRegularFileKey, .fileSizeKey, .contentModificationDateKey]
        // A file that went away is not in the image either.
        guard let values = try? url.resourceValues(forKeys: keys), values.isRegularFile == true else { return nil }
        return Entry(
            size: values.fileSize ?? 0, modified: values.contentModificationDate?.timeIntervalSinceReferenceDate ?? 0)
    }
}
