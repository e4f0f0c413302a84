import Foundation
package import ModelConfig
package import ToolBasics

extension ConfigSchema {
    /// Writes the schema where editors look for it.
    ///
    /// - Throws: when that can't be done.
    package static func store(in directory: String) throws(FileFailure) {
        let path = directory + "/" + path
        do {
            try FileManager.default.createDirectory(
                atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        } catch {
            throw .cannotWrite(path, error)
        }
    }

    /// Brings the schema of a project up to date whose configuration leads editors to it: a checkout has none at first, and
    /// a newer program knows more keys.
    package static func refresh(for project: Project) {
        guard project.reader.namesSchema else { return }
        let stored = try? String(contentsOfFile: project.directory + "/" + path, encoding: .utf8)
        // Only editors need it: a project that can't be written to does without.
        if stored != text { try? store(in: project.directory) }
    }
}
