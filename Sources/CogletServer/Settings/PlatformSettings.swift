/// What the platform that runs the server wants of it.
struct PlatformSettings: Equatable {
    /// What KServe's paths call the model.
    var modelName = ModelName.standard
    /// Whether the server was started as SageMaker starts containers, with the argument `serve`.
    var isSageMaker = false
    /// The path by which Vertex AI asks for the health; nil elsewhere.
    var vertexHealth: String?
    /// The path of Vertex AI's requests for predictions; nil elsewhere.
    var vertexPredictions: String?

    /// A server that no platform has started.
    init() {}

    /// Reads the platform's part of the environment.
    init(_ reader: inout SettingsReader) {
        modelName = reader.modelName(Variables.platforms.modelName) ?? .standard
        vertexHealth = reader.route(Variables.platforms.vertexHealth)
        vertexPredictions = reader.route(Variables.platforms.vertexPredictions)
    }

    /// What the log says of the platform.
    var notices: [String] {
        var notices: [String] = []
        if isSageMaker { notices.append("Started as a SageMaker container: GET /ping, POST /invocations") }
        if vertexHealth != nil || vertexPredictions != nil {
            let routes = [vertexHealth.map { "GET \($0)" }, vertexPredictions.map { "POST \($0)" }]
            let list = routes.compactMap(\.self).joined(separator: ", ")
            notices.append("Answering on the routes of AIP_HEALTH_ROUTE and AIP_PREDICT_ROUTE: \(list)")
        }
        return notices
    }
}
