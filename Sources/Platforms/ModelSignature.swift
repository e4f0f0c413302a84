public import JSON

/// The inputs and the output of a model in terms of tensors, read from its OpenAPI document.
public struct ModelSignature: Equatable, Sendable {
    /// The type of a value.
    public indirect enum Kind: Equatable, Sendable {
        case string, number, integer, boolean
        /// A string that names a file by its URL.
        case file
        case list(Kind)
        /// Anything else: objects, and values of several types.
        case json
    }

    /// An input of the model.
    public struct Input: Equatable, Sendable {
        /// The input's name.
        public let name: String
        /// The type of its values.
        public let kind: Kind
        /// Whether a prediction requires it.
        public let isRequired: Bool
    }

    /// The inputs, in the order of the model's parameters.
    public let inputs: [Input]
    /// The output of a prediction.
    public let output: Kind

    /// The maximum number of component references that are followed in a chain.
    private static let depthLimit = 16

    /// Makes a signature from its parts.
    public init(inputs: [Input], output: Kind) {
        self.inputs = inputs
        self.output = output
    }

    /// Reads a document; what it doesn't specify is ``Kind/json``.
    public init(document: JSONValue) {
        let components = document["components"]?["schemas"]
        let input = components?["Input"]
        let required = Set(input?["required"]?.elements.compactMap { $0.string.map { ExactString($0) } } ?? [])
        var inputs: [(order: Int, input: Input)] = []
        input?["properties"]?.forEachMember { name, schema in
            let kind = Self.kind(of: schema, components, Self.depthLimit)
            let found = Input(name: name, kind: kind, isRequired: required.contains(ExactString(name)))
            inputs.append((schema["x-order"]?.int ?? .max, found))
        }
        // Equal orders keep the document's order, which is alphabetical.
        self.inputs = inputs.enumerated().sorted { ($0.element.order, $0.offset) < ($1.element.order, $1.offset) }
            .map(\.element.input)
        output = components?["Output"].map { Self.kind(of: $0, components, Self.depthLimit) } ?? .json
    }

    /// The input with a name.
    func input(_ name: String) -> Input? {
        inputs.first { ExactString($0.name) == ExactString(name) }
    }

    /// The input that a value without a name belongs to: the only one, or the only required one.
    var soleInput: Input? {
        if inputs.count == 1 { return inputs[0] }
        let required = inputs.filter(\.isRequired)
        return required.count == 1 ? required[0] : nil
    }

    /// The names of the inputs, for messages.
    var names: String {
        inputs.isEmpty ? "no inputs" : inputs.map { "`\($0.name)`" }.joined(separator: ", ")
    }

    private static func kind(of schema: JSONValue, _ components: JSONValue?, _ depth: Int) -> Kind {
        guard depth > 0 else { return .json }
        if let reference = schema["$ref"]?.string {
            let name = reference.split(separator: "/").last.map(String.init) ?? ""
            return components?[name].map { kind(of: $0, components, depth - 1) } ?? .json
        }
        // The form in which choices are written.
        if let parts = schema["allOf"], parts.count == 1 { return kind(of: parts[0], components, depth - 1) }
        switch schema["type"]?.string {
        case "string": return schema["format"]?.string == "uri" ? .file : .string
        case "number": return .number
        case "integer": return .integer
        case "boolean": return .boolean
        case "array": return schema["items"].map { .list(kind(of: $0, components, depth - 1)) } ?? .json
        default: return .json
        }
    }
}

extension ModelSignature.Kind {
    /// The number of nested lists.
    var rank: Int {
        if case .list(let items) = self { items.rank + 1 } else { 0 }
    }

    /// The type of the items of the innermost list.
    var leaf: ModelSignature.Kind {
        if case .list(let items) = self { items.leaf } else { self }
    }

    /// The datatype of tensors for this type.
    var datatype: TensorDatatype {
        switch leaf {
        case .string, .file, .json, .list: .bytes
        case .number: .float64
        case .integer: .int64
        case .boolean: .bool
        }
    }

    /// Whether elements of a tensor can be values of this type, which must not be a list.
    func takes(_ family: TensorDatatype.Family) -> Bool {
        switch self {
        case .string, .file: family == .bytes
        case .number, .integer: family == .integer || family == .float
        case .boolean: family == .boolean
        case .json, .list: true
        }
    }
}
