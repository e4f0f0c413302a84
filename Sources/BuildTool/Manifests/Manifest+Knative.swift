extension Manifest {
    /// A Knative Service.
    ///
    /// Knative gives a container as long to end as a request may take, and sends it SIGTERM only when its proxy has seen the
    /// last request through: the server needs no drain delay of its own. It has no grace period to set.
    static func knative(_ deployment: ModelDeployment) -> ManifestValue {
        [
            "apiVersion": "serving.knative.dev/v1",
            "kind": "Service",
            "metadata": ["name": .text(deployment.name)],
            "spec": [
                "template": [
                    "spec": [
                        "containerConcurrency": .number(deployment.slots),
                        "timeoutSeconds": .number(deployment.requestSeconds),
                        // An answer begins when the prediction has ended.
                        "responseStartTimeoutSeconds": .number(deployment.requestSeconds),
                        "containers": [
                            container(
                                deployment, name: nil, portName: "http1",
                                variables: variables(deployment, drains: false))
                        ],
                    ]
                ]
            ],
        ]
    }
}
