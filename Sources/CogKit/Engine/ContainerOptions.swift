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
    package static func checkGPUs(_ value: String) throws(CogError) -> String? {
        if value.isEmpty { return nil }
        if value == "all" || Int(value).map({ $0 >= 0 }) == true { return value }
        if value.hasPrefix("device="), value.count > 7 { return value }
        throw .usage("invalid GPU specification: \"\(value)\"")
    }
}

/// The ports of `exec --publish`.
package enum PublishedPort {
    /// Turns `8000`, `0.0.0.0:8000`, `::1:8000` or `[::1]:8000` into what `docker run --publish` takes.
    package static func parse(_ value: String) throws(CogError) -> String {
        func invalid(_ reason: String) -> CogError { .usage("invalid port \"\(value)\": \(reason)") }
        guard !value.isEmpty else { throw invalid("value cannot be empty") }
        var host = "127.0.0.1"
        var port = value[...]
        if value.hasPrefix("[") {
            guard let close = value.firstIndex(of: "]") else {
                throw invalid("missing closing bracket for IPv6 address")
            }
            host = String(value[value.index(after: value.startIndex)..<close])
            let rest = value[value.index(after: close)...]
            guard !rest.isEmpty else { throw invalid("port is required after IPv6 address") }
            guard rest.hasPrefix(":") else { throw invalid("expected ':' after ']'") }
            port = rest.dropFirst()
            guard !host.isEmpty else { throw invalid("host cannot be empty") }
        } else if let colon = value.lastIndex(of: ":") {
            host = String(value[..<colon])
            port = value[value.index(after: colon)...]
            guard !host.isEmpty else { throw invalid("host cannot be empty") }
        }
        guard let number = Int(port), (1...65535).contains(number) else {
            throw invalid("port must be between 1 and 65535")
        }
        return "\(bracketed(host)):\(number):\(number)"
    }

    /// Whether two programs can't listen on one port of both addresses: they are the same, or one stands for all.
    package static func overlap(_ host: String, _ other: String) -> Bool {
        func plain(_ host: String) -> String { host == "localhost" ? "127.0.0.1" : host }
        let wildcards = ["0.0.0.0", "::"]
        return plain(host) == plain(other) || wildcards.contains(host) || wildcards.contains(other)
    }

    /// IPv6 addresses in brackets.
    package static func bracketed(_ host: String) -> String {
        host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    }
}
