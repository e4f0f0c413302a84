import Foundation
import ModelConfig
import PythonPackages
import ToolBasics

extension Project {
    /// A message about a package, with the place of the requirement that names it.
    package func message(_ message: String, aboutPackage name: String) -> String {
        guard let file = config.build.pythonRequirements else {
            let index = config.build.pythonPackages.firstIndex { RequirementLine($0).name == name }
            return reader.message(message, about: "build.python_packages" + (index.map { "[\($0)]" } ?? ""))
        }
        let path = file.hasPrefix("/") ? file : directory + "/" + file
        // It was read a moment ago.
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        let line = lines.firstIndex { Requirements(text: $0).lines.first.map { RequirementLine($0).name } == name }
        let excerpts = SourceText(text, file: file)
        return excerpts.message(
            message, at: line.map { .init(line: $0 + 1, column: excerpts.firstColumn(line: $0 + 1)) })
    }
}
