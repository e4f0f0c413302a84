import ModelConfig
package import Projects
import PythonPackages

extension Project {
    /// A message with the place of what it is about.
    package func message(_ message: String, about subject: ResolvedPackages.Subject) -> String {
        switch subject {
        case .package(let name): self.message(message) { RequirementLine($0).name == name }
        case .line(let text): self.message(message) { $0 == text }
        case .key(let key): reader.message(message, about: key)
        }
    }
}
