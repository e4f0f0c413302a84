import Foundation
import Glibc
import ToolBasics

/// Where a prediction's output goes: the rules of `--output`.
package struct OutputPath: Equatable, Sendable {
    /// The path for a single output; lists number it.
    package let path: String
    /// Whether the user named it.
    package let isExplicit: Bool

    /// - Parameters:
    ///   - option: `--output`, empty for none.
    ///   - isJSON: whether the whole answer is written as JSON.
    /// - Throws: when nothing can be written there.
    package init(_ option: String, isJSON: Bool) throws(OutputFailure) {
        let name = isJSON ? "output.json" : "output"
        isExplicit = !option.isEmpty
        var path = InputParser.expandingTilde(option.hasPrefix("@") ? String(option.dropFirst()) : option)
        if path.isEmpty { path = name }
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        if exists, isDirectory.boolValue {
            guard isExplicit else {
                throw .nameTaken(name)
            }
            path = (path.hasSuffix("/") ? path : path + "/") + name
        } else if exists {
            guard access(path, W_OK) == 0 else {
                throw .notWritable(path, errno: errno)
            }
        }
        if !exists {
            let slash = path.lastIndex(of: "/")
            let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
            guard access(parent, W_OK) == 0 else {
                throw .directoryNotWritable(parent)
            }
        }
        self.path = path
    }

    /// The path of a file: the n-th of a list, or a named part, with an extension that fits its media type.
    package func file(part: String?, type: String) -> String {
        var (stem, suffix) = Self.split(path)
        if suffix.isEmpty { suffix = MediaTypes.fileExtension(ofType: type) ?? "" }
        if suffix == ".json", !isExplicitlyJSONFile(type) { suffix = MediaTypes.fileExtension(ofType: type) ?? "" }
        return stem + (part.map { "." + $0 } ?? "") + suffix
    }

    /// In JSON mode the path names the document, and files stand next to it.
    private func isExplicitlyJSONFile(_ type: String) -> Bool { type.hasPrefix("application/json") }

    /// An extension that is a number belongs to the name.
    private static func split(_ path: String) -> (String, String) {
        guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/"), dot != path.startIndex else {
            return (path, "")
        }
        let suffix = path[dot...]
        guard suffix.count > 1, Int(suffix.dropFirst()) == nil else { return (path, "") }
        return (String(path[..<dot]), String(suffix))
    }
}
