import EventLoop
import FileTransfer
import HTTPServer
import Predictions
import Serving
import Workers

/// What the routes need to know in addition to the service.
struct RouteSettings {
    /// The status of a refusal because no slot is free.
    var busyStatus = 409
    /// Whether to serve the page for people.
    var showsPage = true
    /// The path prefix under which clients see the server, if the operator has set it.
    var root: PathPrefix?
    /// The web pages of other origins that may use the server.
    var allowedOrigins = AllowedOrigins.none
    /// The API keys; nil if everybody may use the server.
    var keys: APIKeys?
    /// The needs of the platform that runs the server.
    var platforms = PlatformSettings()
    /// The form of the OpenAPI document.
    var documentForm = DocumentForm.extended
}

/// Every route of the server; the most requested ones come first.
enum RouteTable {
    /// The rows for the mode in the settings.
    static func rows(
        _ service: PredictionService, _ settings: Settings, _ memory: MemoryAccount, _ log: Log, _ operation: Operation,
        _ telemetry: TelemetryExport
    ) -> (rows: [Route], metrics: HTTPMetrics) {
        let limits = UploadLimits(
            fileBytes: settings.service.files.downloadLimitBytes, fieldBytes: settings.http.bodyLimitBytes)
        let uploads = UploadIntake(service, limits, memory, log)
        let starter = PredictionStarter(
            service, uploads, settings.answers, memory, log,
            tracing: telemetry.requests)
        let cancel = CancelRoute(service)
        let page = settings.answers.showsPage ? PageRoute() : nil
        let discovery = DiscoveryRoute(
            service, version: settings.versions.sdk, root: settings.answers.root, page: page)
        let metrics = MetricsRoute(service, settings, memory, operation, telemetry)
        let reading: [HTTPMethod] = [.get, .head]
        func probe(_ probe: Probe, _ name: String) -> Route {
            Route(
                probe.rawValue, reading, names: [name], access: .open,
                ProbeRoute(probe, service, on: log.loop, isDraining: operation.isDraining))
        }
        let platforms = PlatformStarter(starter, memory)
        let own: [Route] =
            [
                Route(
                    "/predictions", [.post], mode: .predict, names: ["predictions_url"], takesJSON: true,
                    PredictionsRoute(starter, isTraining: false)),
                Route(
                    "/health-check", reading, names: ["healthcheck_url"], access: .open, HealthRoute(service, settings)),
                Route(
                    "/predictions/{prediction_id}", reading + [.put], mode: .predict,
                    names: ["predictions_idempotent_url", "predictions_get_url"], takesJSON: true,
                    PredictionRoute(starter, isTraining: false)),
                Route("/predictions/{prediction_id}/cancel", [.post], names: ["predictions_cancel_url"], cancel),
                Route(
                    "/trainings", [.post], mode: .train, names: ["trainings_url"], takesJSON: true,
                    PredictionsRoute(starter, isTraining: true)),
                Route(
                    "/trainings/{training_id}", reading + [.put], mode: .train,
                    names: ["trainings_idempotent_url", "trainings_get_url"], takesJSON: true,
                    PredictionRoute(starter, isTraining: true)),
                Route("/trainings/{training_id}/cancel", [.post], names: ["trainings_cancel_url"], cancel),
                Route(
                    "/openapi.json", reading, names: ["openapi_url"],
                    DocumentRoute(
                        service, settings.answers.documentForm, mode: settings.pool.mode,
                        platforms: settings.answers.platforms)),
                page.map { Route("/docs", reading, names: ["docs_url"], access: .open, $0) },
                Route("/metrics", reading, names: ["metrics_url"], metrics),
                probe(.ready, "readyz_url"), probe(.live, "livez_url"), probe(.startup, "startupz_url"),
                Route("/shutdown", [.post], names: ["shutdown_url"], ShutdownRoute(operation.shutDown)),
                Route("/", reading, access: page == nil ? .key : .page, discovery),
            ].compactMap(\.self)
        let first = platform(platforms, settings.answers.platforms, reading, operation)
        let others =
            own + replicate(starter, limits, memory, log, settings, reading)
            + kServe(platforms, settings.answers.platforms.modelName, reading, operation)
        // A platform's path may have another meaning elsewhere.
        let rows = first + others.filter { row in !first.contains { $0.path == row.path } }
        discovery.routes = rows.flatMap { row in
            row.names.map {
                DiscoveryRoute.Entry(name: $0, path: row.path, isTraining: row.path.hasPrefix("/trainings"))
            }
        }
        let served = rows.filter { $0.mode == nil || $0.mode == settings.pool.mode }
        for (index, route) in served.enumerated() { route.number = index + 1 }
        let counts = HTTPMetrics(served)
        metrics.http = counts
        telemetry.metrics?.report = { metrics.report }
        return (served, counts)
    }

    /// The routes for Replicate's clients.
    private static func replicate(
        _ starter: PredictionStarter, _ limits: UploadLimits, _ memory: MemoryAccount, _ log: Log,
        _ settings: Settings, _ reading: [HTTPMethod]
    ) -> [Route] {
        let service = starter.service
        let api = ReplicateAPI(service, root: settings.answers.root)
        let begin = ReplicateStartRoute(starter, api)
        return [
            Route("/v1/predictions", [.post], mode: .predict, takesJSON: true, begin),
            Route("/v1/models/{model}/predictions", [.post], mode: .predict, takesJSON: true, idSegments: [2], begin),
            Route("/v1/predictions/{prediction_id}", reading, mode: .predict, ReplicateRoute(service, api)),
            Route(
                "/v1/predictions/{prediction_id}/cancel", [.post], mode: .predict,
                ReplicateRoute(service, api, cancels: true)),
            Route("/v1/predictions/{prediction_id}/stream", reading, mode: .predict, ReplicateStreamRoute(starter)),
            Route(
                "/v1/models/{version}", reading, mode: .predict, idSegments: [4],
                ReplicateVersionRoute(service, cogVersion: settings.versions.sdk)),
            Route(
                "/v1/files", reading + [.post], mode: .predict, takesJSON: true,
                FilesRoute(service, api, limits, memory, log)),
            Route("/v1/files/{file_id}", reading + [.delete], mode: .predict, FileRoute(service.storedFiles, api, log)),
            Route(
                "/v1/files/{file_id}/download", reading, mode: .predict,
                FileRoute(service.storedFiles, api, log, isContents: true)),
        ]
    }
}
