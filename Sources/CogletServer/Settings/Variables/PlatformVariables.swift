/// What platforms set.
struct PlatformVariables: VariableSection {
    let title = "Platforms"
    let introduction =
        "See [KServe](kserve.md), [SageMaker](sagemaker.md), and [Vertex AI](vertex-ai.md). The platforms set all but the first."

    let modelName = Variable(
        "COG_MODEL_NAME", "`model`", "what KServe's routes call the model: letters, digits, dots, hyphens, underscores")
    let vertexPort = Variable("AIP_HTTP_PORT", "", "the port to listen on; it overrides `PORT`")
    let vertexHealth = Variable("AIP_HEALTH_ROUTE", "", "the path that is 200 while the model is ready")
    let vertexPredictions = Variable(
        "AIP_PREDICT_ROUTE", "", "the path that takes Vertex AI's requests for predictions")
    let sageMakerPort = Variable(
        "SAGEMAKER_BIND_TO_PORT", "`8080`",
        "the port to listen on when the server is started by `serve`, as SageMaker does")
}
