extension Manifest {
    /// A Deployment, and the Service in front of it.
    static func kubernetes(_ deployment: ModelDeployment) -> [ManifestValue] {
        let labels: ManifestValue = ["app.kubernetes.io/name": .text(deployment.name)]
        let metadata: ManifestValue = ["name": .text(deployment.name), "labels": labels]
        let pod: ManifestValue = [
            // The model has no business with the cluster's API.
            "automountServiceAccountToken": false,
            "terminationGracePeriodSeconds": .number(deployment.terminationSeconds),
            "containers": [
                container(deployment, name: "model", portName: "http", variables: variables(deployment))
            ],
        ]
        let workload: ManifestValue = [
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": metadata,
            "spec": [
                "replicas": 1,
                "selector": ["matchLabels": labels],
                "template": ["metadata": ["labels": labels], "spec": pod],
            ],
        ]
        let service: ManifestValue = [
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata,
            "spec": [
                "selector": labels,
                "ports": [["name": "http", "port": 80, "targetPort": "http"]],
            ],
        ]
        return [workload, service]
    }
}
