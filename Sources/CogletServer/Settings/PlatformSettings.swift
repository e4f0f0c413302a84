/// The settings of the platform that runs the server.
struct PlatformSettings: Equatable {
    /// The name of the model in KServe's paths.
    var modelName = ModelName.standard
    /// Whether the server was started with the argument `serve`, as SageMaker starts containers.
    var isSageMaker = false
    /// The path of Vertex AI's health checks; nil elsewhere.
    var vertexHealth: String?
    /// The path of Vertex AI's prediction requests; nil elsewhere.
    var vertexPredictions: String?

    /// The settings of a server that no platform has started.
    init() {}

    /// Reads the platform's part of the environment.
    ///
    /// - Throws: ``SettingsError`` if one path is to be both routes of Vertex AI.
    init(_ reader: inout SettingsReader) throws(SettingsError) {
        modelName = reader.modelName(Variables.platforms.modelName) ?? .standard
        vertexHealth = reader.route(Variables.platforms.vertexHealth)
        vertexPredictions = reader.route(Variables.platforms.vertexPredictions)
        if let path = vertexHealth, path == vertexPredictions { throw .sameRoute(path) }
    }

    /// What the log says about the platform.
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
