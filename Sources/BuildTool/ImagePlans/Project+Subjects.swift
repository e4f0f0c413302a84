import ModelConfig
package import Projects

extension Project {
    /// A message with the place of what it is about.
    package func message(_ message: String, about subject: ResolvedPackages.Subject) -> String {
        switch subject {
        case .package(let name): self.message(message, aboutPackage: name)
        case .key(let key): reader.message(message, about: key)
        }
    }
}
