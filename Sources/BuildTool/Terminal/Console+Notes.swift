package import ToolBasics

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
