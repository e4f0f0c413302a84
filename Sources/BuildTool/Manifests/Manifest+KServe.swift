extension Manifest {
    /// A KServe InferenceService with the image as its predictor.
    ///
    /// KServe runs it as a Knative Service or as a Deployment. The former refuses a grace period, so the manifest has none:
    /// the default of the latter, 30 s, is enough for the server's own.
    static func kserve(_ deployment: ModelDeployment) -> ManifestValue {
        [
            "apiVersion": "serving.kserve.io/v1beta1",
            "kind": "InferenceService",
            "metadata": ["name": .text(deployment.name)],
            "spec": [
                "predictor": [
                    "minReplicas": 1,
                    "containerConcurrency": .number(deployment.slots),
                    "timeout": .number(deployment.requestSeconds),
                    "containers": [
                        container(
                            deployment, name: "kserve-container", portName: "http1",
                            // Clients ask for the model by the name of the service.
                            variables: variables(
                                deployment, extendsGrace: false, more: [("COG_MODEL_NAME", deployment.name)]))
                    ],
                ]
            ],
        ]
    }
}
