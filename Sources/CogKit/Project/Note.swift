/// Something a person should know about a project or a build, told before anything is done.
package enum Note: Equatable, Sendable {
    case info(String)
    case warning(String)
}

extension Console {
    /// Prints notes in their order.
    package func tell(_ notes: [Note]) {
        for note in notes {
            switch note {
            case .info(let text): self.note(text)
            case .warning(let text): warn(text)
            }
        }
    }
}
