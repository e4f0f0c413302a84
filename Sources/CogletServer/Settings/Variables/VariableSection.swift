/// A heading of `docs/environment.md` and the variables below it, each of which is a stored property.
protocol VariableSection: Sendable {
    var title: String { get }
    /// The text above the table.
    var introduction: String { get }
    /// The text below the table.
    var remark: String { get }
}

extension VariableSection {
    var introduction: String { "" }
    var remark: String { "" }

    /// The variables, in the order of their declarations.
    var variables: [Variable] { Mirror(reflecting: self).children.compactMap { $0.value as? Variable } }
}
