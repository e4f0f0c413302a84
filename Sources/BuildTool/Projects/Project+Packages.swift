import Foundation
import ModelConfig
import PythonPackages
import ToolBasics

extension Project {
    /// A message about a requirement, with its place.
    ///
    /// - Parameter isMeant: whether a line of the requirements is the one.
    package func message(_ message: String, aboutRequirement isMeant: (String) -> Bool) -> String {
        guard let file = config.build.pythonRequirements else {
            let index = config.build.pythonPackages.firstIndex(where: isMeant)
            return reader.message(message, about: "build.python_packages" + (index.map { "[\($0)]" } ?? ""))
        }
        let path = file.hasPrefix("/") ? file : directory + "/" + file
        // It was read a moment ago.
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        let line = lines.firstIndex { Requirements(text: $0).lines.first.map(isMeant) == true }
        let excerpts = SourceText(text, file: file)
        return excerpts.message(
            message, at: line.map { .init(line: $0 + 1, column: excerpts.firstColumn(line: $0 + 1)) })
    }
}
