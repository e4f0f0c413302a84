import Foundation
package import JSON
import JSONSchema
import ToolBasics

/// What a model accepts and gives, from its OpenAPI document.
package struct ModelDocument: Equatable, Sendable {
    /// The document as it was made.
    package let text: String
    package let root: JSONTree

    /// Whether predictions or trainings are meant.
    package enum Kind: String, Sendable {
        case predictions
        case trainings
    }

    /// - Throws: when the text is no OpenAPI 3 document.
    package init(_ text: String) throws(DocumentFailure) {
        self.text = text
        do {
            root = try JSONTree(parsing: text)
        } catch {
            throw .notJSON(error)
        }
        guard root["openapi"]?.string?.hasPrefix("3.") == true else {
            throw .notOpenAPI
        }
        guard root["paths"]?.object != nil, root["info"]?.object != nil else {
            throw .incomplete
        }
    }

    /// The ready document that is used instead of one made from the model, checked: that of the variable
    /// `COG_OPENAPI_SCHEMA`, else `file`; nil where neither is named.
    package static func given(_ file: String?, _ environment: [String: String]) throws(DocumentFailure)
        -> ModelDocument?
    {
        let variable = environment[.document] ?? ""
        guard let path = variable.isEmpty ? file : variable else { return nil }
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw .unreadable(path, isVariable: !variable.isEmpty, error)
        }
        let document = try ModelDocument(text.trimmingSpaces)
        try document.validateDefaults()
        return document
    }

    /// A component by its name.
    package func component(_ name: String) -> JSONTree? { root["components"]?["schemas"]?[name] }

    /// The component with the inputs.
    ///
    /// - Throws: if there is none.
    package func inputs(_ kind: Kind) throws(DocumentFailure) -> JSONTree {
        let names = kind == .trainings ? ["TrainingInput", "Input"] : ["Input"]
        guard let component = names.lazy.compactMap({ component($0) }).first else {
            throw .noInputs
        }
        return component
    }

    /// The schema of the output.
    package func output(_ kind: Kind) throws(DocumentFailure) -> JSONTree {
        let response = root["paths"]?["/" + kind.rawValue]?["post"]?["responses"]?["200"]?["content"]?[
            "application/json"]?[
                "schema"]
        guard let response, let output = resolve(response)["properties"]?["output"] else {
            throw .noOutput(kind)
        }
        return resolve(output)
    }

    /// Whether the model's outputs can be shown as they come: text that belongs together.
    package func concatenates(_ output: JSONTree) -> Bool {
        output["x-cog-array-display"]?.string == "concatenate"
    }

    /// Whether the server offers an event stream.
    package func streams(_ kind: Kind) -> Bool {
        root["paths"]?["/" + kind.rawValue]?["post"]?["x-cog-streaming"]?.bool == true
    }

    /// Follows `$ref`, and `allOf` with one member.
    package func resolve(_ schema: JSONTree) -> JSONTree {
        var schema = schema
        for _ in 0..<32 {
            if let name = schema["$ref"]?.string?.split(separator: "/").last, let target = component(String(name)) {
                schema = target
            } else if let all = schema["allOf"]?.array, all.count == 1 {
                schema = all[0]
            } else {
                break
            }
        }
        return schema
    }

    /// A schema of the document by the rules of the server.
    func compiled(_ schema: JSONTree) throws(SchemaError) -> CompiledSchema {
        guard let schema = schema.placed, let document = root.placed else {
            preconditionFailure("a schema is a part of a document that was read")
        }
        return try CompiledSchema(schema, in: document)
    }

    /// Checks that every schema of an input can be used, and that its default fits it.
    package func validateDefaults() throws(DocumentFailure) {
        for name in ["Input", "TrainingInput"] {
            guard let properties = component(name)?["properties"]?.object else { continue }
            for (name, schema) in properties.sorted(by: { $0.key < $1.key }) {
                let problem: InputProblem?
                do throws(SchemaError) {
                    let compiled = try compiled(schema)
                    guard let value = schema["default"], value != .null else { continue }
                    problem = value.placed.flatMap { .first(of: compiled.problems(of: $0), path: name.text) }
                } catch {
                    throw .unusableSchema(input: name.text, error)
                }
                switch problem {
                case nil: continue
                case .missing(let path):
                    throw .incompleteDefault(input: name.text, member: path)
                case .invalid(let path, let text, let keyword):
                    throw .invalidDefault(path: path, reason: text, keyword: keyword)
                }
            }
        }
    }
}
