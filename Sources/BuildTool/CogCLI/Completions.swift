import ArgumentParser

/// Values that shells offer for several options.
extension CompletionKind {
    static let configFiles = CompletionKind.file(extensions: ["yaml", "yml"])
    static let truth = CompletionKind.list(["true", "false"])
}
