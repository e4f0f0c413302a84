import Foundation
package import JSON
package import ModelSchema
package import Terminal
import ToolBasics

/// Writes the output of a prediction: files to disk, everything else as text.
package struct OutputWriter {
    private let document: ModelDocument
    private let path: OutputPath
    private let console: Console

    package init(document: ModelDocument, path: OutputPath, console: Console) {
        self.document = document
        self.path = path
        self.console = console
    }

    /// Replaces file outputs by the paths they were written to.
    ///
    /// - Returns: the output with paths for data URLs, and whether there was any file.
    package func writeFiles(_ output: JSONTree, schema: JSONTree) throws(OutputFailure) -> (
        output: JSONTree, hasFiles: Bool
    ) {
        try replace(output, document.resolve(schema), part: nil)
    }

    private func replace(
        _ value: JSONTree, _ schema: JSONTree, part: String?
    ) throws(OutputFailure) -> (output: JSONTree, hasFiles: Bool) {
        switch value {
        case .string(let text) where schema["format"]?.string == "uri":
            if text.hasPrefix("http://") || text.hasPrefix("https://") { return (value, false) }
            return (.string(try write(dataURL: text, part: part)), true)
        case .array(let items):
            let schema = document.resolve(schema["items"] ?? .null)
            var replaced: [JSONTree] = []
            var hasFiles = false
            for (index, item) in items.enumerated() {
                let result = try replace(item, schema, part: Self.joined(part, String(index)))
                replaced.append(result.output)
                hasFiles = hasFiles || result.hasFiles
            }
            return (.array(replaced), hasFiles)
        case .object(var members):
            var hasFiles = false
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                let described = schema["properties"]?[key.text] ?? schema["additionalProperties"] ?? .null
                let result = try replace(member, document.resolve(described), part: Self.joined(part, key.text))
                members[key] = result.output
                hasFiles = hasFiles || result.hasFiles
            }
            return (.object(members), hasFiles)
        default:
            return (value, false)
        }
    }

    private static func joined(_ part: String?, _ next: String) -> String { part.map { $0 + "." + next } ?? next }

    private func write(dataURL: String, part: String?) throws(OutputFailure) -> String {
        guard let comma = dataURL.firstIndex(of: ",") else {
            throw .malformedDataURL
        }
        guard let data = Data(base64Encoded: String(dataURL[dataURL.index(after: comma)...])) else {
            throw .notBase64
        }
        let head = dataURL[..<comma]
        let type = head.hasPrefix("data:") ? String(head.dropFirst(5).prefix { $0 != ";" }) : ""
        let target = path.file(part: part, type: type)
        do {
            try data.write(to: URL(fileURLWithPath: target))
        } catch {
            throw .cannotWrite(target, error)
        }
        console.info("Written output to: \(console.bold(target))")
        return target
    }

    /// Shows an output that is no file: on standard output, or in the file that `--output` names.
    package func show(_ output: JSONTree, schema: JSONTree) throws(OutputFailure) {
        if output == .null { return console.warn("No output generated") }
        let (replaced, hasFiles) = try writeFiles(output, schema: schema)
        let isPlainFile = schema["format"]?.string == "uri"
        let isFileList = schema["items"].map { document.resolve($0)["format"]?.string == "uri" } ?? false
        if hasFiles && (isPlainFile || isFileList) { return }
        let text = replaced.string ?? replaced.text(indented: true)
        try put(text)
    }

    /// Writes text where results go.
    package func put(_ text: String) throws(OutputFailure) {
        guard path.isExplicit else { return Console.result(text + "\n") }
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path.path))
        } catch {
            throw .cannotWrite(path.path, error)
        }
        console.info("Written output to: \(console.bold(path.path))")
    }
}
