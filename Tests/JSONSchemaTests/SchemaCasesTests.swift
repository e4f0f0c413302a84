import Foundation
import JSON
import JSONSchema
import Testing

/// The cases of Tests/schema_cases.json, which the build tool's tests and the SDK's judge as well.
@Suite struct SchemaCases {
    static let file = #filePath.split(separator: "/").dropLast(2).map(String.init) + ["schema_cases.json"]

    /// What is refused here has a problem; what the scanner takes for granted has none.
    @Test(arguments: ["models", "documents"])
    func cases(group: String) throws {
        let text = try String(contentsOfFile: "/" + Self.file.joined(separator: "/"), encoding: .utf8)
        let cases = try JSONDocument.parsing(text).root
        let components = try #require(cases["components"]).text()
        let document = try JSONDocument.parsing(#"{"components":{"schemas":\#(components)}}"#).root
        for entry in try #require(cases[group]).elements {
            let schema = try #require(entry["schema"])
            let compiled = try CompiledSchema(schema, in: document)
            var builder = JSONShape.Builder()
            let rule = compiled.addValue(to: &builder)
            let shape = builder.shape(root: rule)
            for (verdict, isAccepted) in [("accepts", true), ("refuses", false)] {
                for value in try #require(entry[verdict]).elements {
                    let problems = compiled.problems(of: value)
                    #expect(problems.isEmpty == isAccepted, "\(schema.text()): \(value.text())")
                    if !isAccepted {
                        #expect(
                            try Self.isDoubtful(value.text(), shape), "in passing: \(schema.text()): \(value.text())")
                    }
                }
            }
        }
    }

    private static func isDoubtful(_ text: String, _ shape: JSONShape) throws -> Bool {
        let scanner = JSONScanner(shape: shape)
        try Array(text.utf8).withUnsafeBytes { try scanner.read($0, isFinal: true) }
        return scanner.isDoubtful
    }
}

@Suite struct ProblemTests {
    /// Every problem names its place, what is broken, and what is wrong in words.
    @Test func problem() throws {
        let schema = try JSONDocument.parsing(
            #"{"properties":{"a":{"items":{"properties":{"é":{"maximum":1}}}}},"required":["b"]}"#)
        let compiled = try CompiledSchema(schema.root, in: schema.root)
        let problems = compiled.problems(of: try JSONDocument.parsing(#"{"a":[{},{"é":2}]}"#).root)
        #expect(problems.map(\.pathText) == ["a/1/é", ""])
        #expect(problems.map(\.violation) == [.maximum("1"), .required("b")])
        #expect(problems.map(\.message) == ["2 is greater than the maximum of 1", #""b" is a required property"#])
    }
}
