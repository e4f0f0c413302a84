import JSON

/// How the setup of a served model ended.
package enum SetupState: Sendable {
    case succeeded
    /// With what was printed meanwhile.
    case failed(String)

    /// Asks the server on a port of this machine; nil while it isn't known.
    package static func of(_ port: Int) async -> SetupState? {
        // Not answering is "not yet".
        guard
            let response = try? await LoopbackClient(port: port).send(
                "GET", "/health-check", timeout: .milliseconds(250)),
            let health = try? JSONTree(parsing: response.text), let status = health["status"]?.string
        else { return nil }
        switch status {
        case "UNKNOWN", "STARTING": return nil
        case "SETUP_FAILED": return .failed(health["setup"]?["logs"]?.string ?? "Model setup failed")
        default: return .succeeded
        }
    }
}
