import Foundation
package import JSON
package import JSONSchema
import ToolBasics

/// A model's document that can't be used.
package enum DocumentFailure: CommandFailure {
    /// The file that an option or `COG_OPENAPI_SCHEMA` names.
    case unreadable(String, isVariable: Bool, any Error)
    case notJSON(JSONTree.Malformed)
    case notOpenAPI
    /// `paths` or `info` is missing.
    case incomplete
    /// The schema of an input.
    case unusableSchema(input: String, SchemaError)
    /// The default of an input lacks a member.
    case incompleteDefault(input: String, member: String)
    /// A default, or a part of one, that doesn't fit; the keyword says which rule it breaks, if it isn't the type.
    case invalidDefault(path: String, reason: String, keyword: String?)
    case noInputs
    case noOutput(ModelDocument.Kind)

    package var isRepairedByEdit: Bool { true }

    package var description: String {
        switch self {
        case .unreadable(let path, let isVariable, let error):
            "\(isVariable ? "COG_OPENAPI_SCHEMA: " : "")failed to read \(path): \(error.localizedDescription)"
        case .notJSON(let error): "Model schema is invalid: it is not JSON: \(error)"
        case .notOpenAPI: "Model schema is invalid: it is not an OpenAPI 3 document"
        case .incomplete: "Model schema is invalid: value of paths and info must be objects"
        case .unusableSchema(let input, let error): "Model schema is invalid: \(input): \(error)"
        case .incompleteDefault(let input, let member):
            "Model schema is invalid: invalid default of \"\(input)\": \"\(member)\" is missing"
        case .invalidDefault(let path, let reason, let keyword):
            "Model schema is invalid: invalid default of \"\(path)\": \(reason)"
                + (keyword.map { " (\($0))" } ?? "")
        case .noInputs: "OpenAPI schema is missing Input component"
        case .noOutput(let kind): "invalid OpenAPI schema: missing output definition for /\(kind.rawValue)"
        }
    }
}
