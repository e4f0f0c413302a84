/// Something a person should know about a build, told before it starts.
package enum BuildNote: Equatable, Sendable {
    case info(String)
    case warning(String)
}

extension Console {
    /// Prints notes in their order.
    package func tell(_ notes: [BuildNote]) {
        for note in notes {
            switch note {
            case .info(let text): info(text)
            case .warning(let text): warn(text)
            }
        }
    }
}
