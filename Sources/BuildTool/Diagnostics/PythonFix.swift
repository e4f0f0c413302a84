import ModelConfig
import PythonSource
import ToolBasics

/// Something old in a model's Python file that can be seen, and mostly repaired, without running it.
struct PythonFix: Sendable {
    /// The name of the check.
    let kind: DoctorKind
    /// What to say about each line.
    let problem: String
    let remedy: String
    /// The numbers of the lines with it.
    let lines: @Sendable (PythonFile) -> [Int]
    /// The file without it; nil where that takes a person.
    let repaired: @Sendable (PythonFile) -> PythonFile?

    // MARK: - Deprecated imports

    /// Names that the SDK no longer has.
    static let deprecatedImports = PythonFix(
        kind: .imports, problem: "ExperimentalFeatureWarning no longer exists in cog",
        remedy: "Remove the import and what uses it",
        lines: { source in oldImports(source).flatMap { $0.lines.map { $0 + 1 }.prefix(1) } },
        repaired: { source in
            var source = source
            let old = "ExperimentalFeatureWarning"
            source.removeImports(of: [old], from: isSDK)
            // Its only use was to silence it.
            source.lines.removeAll { line in
                line.trimmingSpaces.hasPrefix("warnings.") && line.contains(old) && line.trimmingSpaces.hasSuffix(")")
            }
            if source.indices(ofWord: "warnings").count == 1 { source.lines.removeAll { $0 == "import warnings" } }
            return source.indices(ofWord: old).isEmpty ? source : nil
        })

    private static func oldImports(_ source: PythonFile) -> [PythonImport] {
        PythonImport.all(in: source).filter { isSDK($0.module) && $0.names.contains("ExperimentalFeatureWarning") }
    }

    private static func isSDK(_ module: String) -> Bool { module == "cog" || module.hasPrefix("cog.") }

    // MARK: - Pydantic

    /// Outputs that are pydantic's models only because the SDK's own once were no good for some types.
    static let pydanticWorkaround = PythonFix(
        kind: .pydantic,
        problem: "an output class is a pydantic.BaseModel with arbitrary_types_allowed",
        remedy: "Use BaseModel of cog, and remove the setting",
        lines: { source in workarounds(source).map { $0 + 1 } },
        repaired: { repairedWorkaround($0) })

    /// The indices of the lines with the setting, in files that have pydantic's `BaseModel`.
    private static func workarounds(_ source: PythonFile) -> [Int] {
        let imports = PythonImport.all(in: source).contains { isPydantic($0.module) && $0.names.contains("BaseModel") }
        guard imports || !source.indices(ofWord: "pydantic").isEmpty else { return [] }
        return source.indices(ofWord: "arbitrary_types_allowed")
    }

    private static func isPydantic(_ module: String) -> Bool { module == "pydantic" }

    private static func repairedWorkaround(_ source: PythonFile) -> PythonFile? {
        var source = source
        let settings = workarounds(source)
        // With another class on the same base it would take a person to say which of the two that one means.
        let classes = source.lines.filter { $0.hasPrefix("class ") && $0.contains("BaseModel") }
        guard classes.count == settings.count else { return nil }
        for index in settings.reversed() {
            guard let statement = settingStatement(source, index) else { return nil }
            source.lines.removeSubrange(statement)
        }
        source.lines = source.lines.map { $0.replacing("(pydantic.BaseModel)", with: "(BaseModel)") }
        let place = source.lines.firstIndex { $0.hasPrefix("from ") || $0.hasPrefix("import ") } ?? 0
        source.removeImports(of: ["BaseModel"], from: isPydantic)
        if source.indices(ofWord: "ConfigDict").count == 1 {
            source.removeImports(of: ["ConfigDict"], from: isPydantic)
        }
        if source.indices(ofWord: "pydantic").count == 1 { source.lines.removeAll { $0 == "import pydantic" } }
        source.addImport(of: "BaseModel", from: "cog", orAt: place)
        return source
    }

    /// The lines of the statement that holds nothing but the setting, and blank lines behind it.
    private static func settingStatement(_ source: PythonFile, _ index: Int) -> Range<Int>? {
        let line = source.lines[index].filter { !$0.isWhitespace }
        var start = index
        switch line {
        case "model_config=ConfigDict(arbitrary_types_allowed=True)",
            "model_config={\"arbitrary_types_allowed\":True}", "model_config={'arbitrary_types_allowed':True}":
            break
        case "arbitrary_types_allowed=True":
            guard index > 0, source.lines[index - 1].trimmingSpaces == "class Config:" else { return nil }
            let indentation = source.lines[index].prefix { $0.isWhitespace }
            let next = index + 1 < source.lines.count ? source.lines[index + 1] : ""
            // Another setting in the same class stays, and with it the class.
            if next.hasPrefix(indentation), !next.trimmingSpaces.isEmpty { return nil }
            start = index - 1
        default: return nil
        }
        var end = index + 1
        // One blank line goes too, but only where the class goes on behind it.
        if end + 1 < source.lines.count, source.lines[end].trimmingSpaces.isEmpty,
            source.lines[end + 1].first?.isWhitespace == true
        {
            end += 1
        }
        return start..<end
    }
}
