import ToolBasics

/// A platform that `cog manifest` knows.
package enum ManifestPlatform: String, CaseIterable, Sendable {
    case kubernetes
    case knative
    case kserve
    case compose
}

/// The manifests of a model.
package enum Manifest {
    /// The YAML text.
    package static func text(
        _ platform: ManifestPlatform, _ deployment: ModelDeployment
    ) throws(DeploymentFailure) -> String {
        try ManifestValue.yaml(documents(platform, deployment))
    }

    static func documents(_ platform: ManifestPlatform, _ deployment: ModelDeployment) -> [ManifestValue] {
        switch platform {
        case .kubernetes: kubernetes(deployment)
        case .knative: [knative(deployment)]
        case .kserve: [kserve(deployment)]
        case .compose: [compose(deployment)]
        }
    }

    /// The port of the server in an image.
    static let port = 5000
    /// As whom the container runs: nobody whom the image knows. It can write to /tmp, which is its home.
    static let user = 1000

    // MARK: - Parts

    /// Variables of the container.
    ///
    /// - Parameters:
    ///   - drains: whether load balancers have to notice that the server ends.
    ///   - extendsGrace: whether the platform waits as long as the manifest says.
    ///   - more: those of one platform alone.
    static func variables(
        _ deployment: ModelDeployment, drains: Bool = true, extendsGrace: Bool = true, more: [(String, String)] = []
    ) -> [(name: String, value: String)] {
        var variables: [(name: String, value: String)] = []
        if deployment.variable("HOME") == nil { variables.append(("HOME", "/tmp")) }
        if drains, deployment.variable("COG_DRAIN_DELAY") == nil {
            variables.append(("COG_DRAIN_DELAY", String(ModelDeployment.usualDrainSeconds)))
        }
        if extendsGrace, let grace = deployment.extendedGraceSeconds {
            variables.append(("COG_SHUTDOWN_GRACE", String(grace)))
        }
        return variables + more.map { (name: $0.0, value: $0.1) }
    }

    /// The container of a pod.
    ///
    /// - Parameters:
    ///   - container: its name; nil where the platform chooses one.
    ///   - portName: the name of its port.
    static func container(
        _ deployment: ModelDeployment, name container: String?, portName: String,
        variables: [(name: String, value: String)]
    ) -> ManifestValue {
        let entries = variables.map { ManifestValue.members(["name": .text($0.name), "value": .text($0.value)]) }
        return .members([
            "name": container.map(ManifestValue.text),
            "image": .text(deployment.image),
            "ports": [["name": .text(portName), "containerPort": .number(port)]],
            "env": entries.isEmpty ? nil : .list(entries),
            "startupProbe": probe(
                "/startupz", period: 2, timeout: 5, failures: max(1, (deployment.setupSeconds + 1) / 2)),
            "livenessProbe": probe("/livez", period: 10, timeout: 5, failures: 3),
            // Twice two seconds are less than the drain delay.
            "readinessProbe": probe("/readyz", period: 2, timeout: 6, failures: 2),
            "resources": resources(deployment),
            "securityContext": [
                "runAsNonRoot": true,
                "runAsUser": .number(user),
                "runAsGroup": .number(user),
                "allowPrivilegeEscalation": false,
                "capabilities": ["drop": ["ALL"]],
                "seccompProfile": ["type": "RuntimeDefault"],
            ],
        ])
    }

    private static func probe(_ path: String, period: Int, timeout: Int, failures: Int) -> ManifestValue {
        [
            "httpGet": ["path": .text(path), "port": .number(port)],
            "periodSeconds": .number(period),
            "timeoutSeconds": .number(timeout),
            "failureThreshold": .number(failures),
        ]
    }

    private static func resources(_ deployment: ModelDeployment) -> ManifestValue {
        let limits: ManifestValue = .members([
            "memory": deployment.memory.map(ManifestValue.text),
            "nvidia.com/gpu": deployment.gpus > 0 ? .text(String(deployment.gpus)) : nil,
        ])
        return .members([
            "requests": [
                "cpu": .text(deployment.cpu ?? "1"), "memory": .text(deployment.memory ?? "2Gi"),
            ],
            "limits": limits == .mapping([]) ? nil : limits,
        ])
    }
}
