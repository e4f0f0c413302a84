import ToolBasics

/// How a container is started, as values; `arguments` is what follows `docker run`.
package struct ContainerOptions: Equatable, Sendable {
    package var name: String
    package var image: String
    package var command: [String] = []
    /// `NAME=value`, or `NAME` alone to remove it from the image's environment.
    package var environment: [String] = []
    /// `HOST:CONTAINER[:ro]` pairs.
    package var binds: [String] = []
    /// `[ADDRESS:][PORT]:PORT`.
    package var publish: [String] = []
    /// `all`, a count, or `device=0,1`; nil for none.
    package var gpus: String?
    package var workingDirectory: String?
    /// Whether the client hands signals that it gets on to the container.
    package var passesSignals = true
    package var interactive = false
    package var terminal = false
    /// The signal that asks the container to end; nil for SIGTERM.
    package var stopSignal: String?
    /// How long the container may take to end when others stop it, in seconds; nil for the engine's default, 10.
    package var stopTimeout: Int?
    /// Gives containers the name `host.docker.internal` for this machine.
    package var reachesHost = false

    package init(name: String, image: String) {
        self.name = name
        self.image = image
    }

    /// Variables that the client must not see, because it would hand their values on instead of removing them.
    package var removedVariables: [String] { environment.filter { !$0.contains("=") } }

    package var arguments: [String] {
        var list = ["run", "--rm", "--name", name, "--platform", "linux/amd64", "--shm-size", "6g"]
        if !passesSignals { list.append("--sig-proxy=false") }
        if let stopSignal { list += ["--stop-signal", stopSignal] }
        if let stopTimeout { list += ["--stop-timeout", String(stopTimeout)] }
        if interactive { list.append("--interactive") }
        if terminal { list.append("--tty") }
        if let gpus { list += ["--gpus", gpus.hasPrefix("device=") ? "\"\(gpus)\"" : gpus] }
        for port in publish { list += ["--publish", port] }
        for bind in binds { list += ["--volume", bind] }
        if reachesHost { list += ["--add-host", "host.docker.internal:host-gateway"] }
        if let workingDirectory { list += ["--workdir", workingDirectory] }
        for entry in environment {
            list += ["--env", entry]
        }
        return list + [image] + command
    }

    /// Checks a `--gpus` value.
    package static func checkGPUs(_ value: String) throws(EngineFailure) -> String? {
        if value.isEmpty { return nil }
        if value == "all" || Int(value).map({ $0 >= 0 }) == true { return value }
        if value.hasPrefix("device="), value.count > 7 { return value }
        throw .invalidGPUs(value)
    }
}
