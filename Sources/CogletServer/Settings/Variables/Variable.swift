/// An environment variable or a flag that the operator can set.
struct Variable: Sendable {
    let name: String
    /// As the documentation shows it.
    let standard: String
    let text: String

    init(_ name: String, _ standard: String, _ text: String) {
        self.name = name
        self.standard = standard
        self.text = text
    }
}
