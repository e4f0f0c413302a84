import ToolBasics

extension Manifest {
    /// A Compose file with one service, reached from this machine alone.
    static func compose(_ deployment: ModelDeployment) -> ManifestValue {
        let variables = variables(deployment).map { ManifestValue.Member(key: $0.name, value: .text($0.value)) }
        let service: ManifestValue = .members([
            "image": .text(deployment.image),
            "user": .text("\(user):\(user)"),
            "ports": [.text("127.0.0.1:\(port):\(port)")],
            "environment": variables.isEmpty ? nil : .mapping(variables),
            "restart": "unless-stopped",
            "stop_grace_period": .text("\(deployment.terminationSeconds)s"),
            "healthcheck": [
                "test": ["CMD", "python", "-c", .text(probeProgram)],
                "interval": "5s",
                "timeout": "10s",
                "retries": 2,
                "start_period": .text("\(deployment.setupSeconds)s"),
            ],
            "cap_drop": ["ALL"],
            "security_opt": ["no-new-privileges:true"],
            "deploy": resources(compose: deployment),
        ])
        return ["name": .text(deployment.name), "services": ["model": service]]
    }

    /// Images have no curl, but a Python. Its `http.client` obeys no proxy.
    private static let probeProgram =
        "import http.client as h; c = h.HTTPConnection('127.0.0.1', \(port), timeout=6); c.request('GET', '/readyz'); "
        + "raise SystemExit(c.getresponse().status != 200)"

    private static func resources(compose deployment: ModelDeployment) -> ManifestValue? {
        let limits: ManifestValue = .members([
            "cpus": deployment.cpu.map { .text(processors($0)) },
            "memory": deployment.memory.flatMap { ByteSize($0 + "B") }.map { .text("\($0.bytes)b") },
        ])
        let devices: ManifestValue? =
            deployment.gpus > 0
            ? ["devices": [["driver": "nvidia", "count": .number(deployment.gpus), "capabilities": ["gpu"]]]] : nil
        guard limits != .mapping([]) || devices != nil else { return nil }
        return ["resources": .members(["limits": limits == .mapping([]) ? nil : limits, "reservations": devices])]
    }

    /// `500m` as Compose writes it: `0.5`.
    private static func processors(_ cpu: String) -> String {
        guard cpu.hasSuffix("m"), let thousandths = Double(cpu.dropLast()) else { return cpu }
        return "\(thousandths / 1000)"
    }
}
