import ChildProcesses
import ToolBasics

/// Where the engine is.
extension Engine {
    /// Whether the engine runs on another machine.
    package var isRemote: Bool { Self.isRemote(endpoint) }

    /// Whether an endpoint is on another machine.
    package static func isRemote(_ endpoint: String) -> Bool {
        ["tcp://", "ssh://"].contains { endpoint.hasPrefix($0) }
    }

    /// Where the engine of an environment listens, whether it runs or not: `DOCKER_HOST`, or what the client's context says.
    /// Empty where nothing says it.
    package static func endpoint(_ environment: [String: String]) async throws -> String {
        let client = Self.client(environment)
        if isPodman(client) { return environment[.containerHost] ?? "" }
        if let host = environment[.dockerHost], !host.isEmpty { return host }
        do {
            let answer = try await client.answer(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"])
            return answer.succeeded ? answer.output.trimmingSpaces : ""
        } catch {
            if error is Interrupted { throw error }
            // Without a client there is no context. The call that needs the client reports that it is missing.
            return ""
        }
    }
}
