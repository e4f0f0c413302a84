public import JSON

/// A schema to check values against. The server enforces it; the build tool uses it to check in advance.
///
/// It doesn't change once made, so any thread may use it.
public final class CompiledSchema: Sendable {
    private let node: SchemaNode

    /// Compiles the first of the named components that an OpenAPI document has.
    ///
    /// - Returns: nil if the document has none of them.
    /// - Throws: ``SchemaError`` if the component can't be used.
    public init?(firstOf names: [String], in document: JSONValue) throws(SchemaError) {
        var compiler = SchemaCompiler(document: document)
        var found: SchemaNode?
        for name in names where found == nil { found = try compiler.component(name) }
        guard var found else { return nil }
        try SchemaCompiler.refuseEndlessReferences(from: found)
        while found.properties.isEmpty, let reference = found.reference { found = reference }
        node = found
    }

    /// Compiles a schema that may refer to the components of an OpenAPI document.
    ///
    /// - Throws: ``SchemaError`` if it can't be used.
    public init(_ schema: JSONValue, in document: JSONValue) throws(SchemaError) {
        var compiler = SchemaCompiler(document: document)
        node = try compiler.node(schema)
        try SchemaCompiler.refuseEndlessReferences(from: node)
    }

    /// Whether members of this name have a schema, including one for all unlisted members.
    public func describes(_ name: String) -> Bool {
        node(named: name) != nil
    }

    /// The schema of members of this name.
    func node(named name: String) -> SchemaNode? {
        node.propertyIndex[ExactString(name)].map { node.properties[$0].node } ?? node.others
    }

    /// The names of an object's required members.
    public var required: [String] { node.required.map(\.text) }

    /// The problems of a value.
    public func problems(of value: JSONValue) -> [SchemaProblem] {
        var validator = SchemaValidator()
        validator.check(value, node)
        return validator.problems
    }

    /// The problems of an object's members, ignoring what is said about the object itself. Members without a schema are
    /// allowed. The list is cut off if there are more problems than are worth reporting.
    public func members(
        of object: JSONValue
    ) -> (problems: [SchemaProblem], isCutOff: Bool, missing: [String]) {
        var validator = SchemaValidator()
        var missing = Set(node.required)
        object.forEachMember { name, value in
            let exact = ExactString(name)
            missing.remove(exact)
            if let index = node.propertyIndex[exact] {
                validator.check(value, node.properties[index].node, named: name)
            } else if let others = node.others {
                validator.check(value, others, named: name)
            }
        }
        return (
            validator.problems, validator.isCutOff, node.required.filter(missing.contains).map(\.text)
        )
    }

    /// Adds the rule for what can be checked while a value's text is read. A value that it accepts has no
    /// ``problems(of:)``.
    public func addValue(to builder: inout JSONShape.Builder) -> JSONShape.ID {
        var compiler = ShapeCompiler(builder)
        defer { builder = compiler.builder }
        return compiler.id(node)
    }

    /// The same for ``members(of:)``. The scanner reports members that have no schema.
    public func addObject(to builder: inout JSONShape.Builder) -> JSONShape.ID {
        var compiler = ShapeCompiler(builder)
        defer { builder = compiler.builder }
        return compiler.addObject(node)
    }
}
