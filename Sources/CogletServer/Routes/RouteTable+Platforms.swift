import EventLoop
import HTTPServer
import Platforms
import Predictions
import Workers

/// The routes for serving platforms.
extension RouteTable {
    /// SageMaker considers a container dead if it doesn't answer within 2 s.
    private static let pingPatience = Duration.milliseconds(1500)

    /// The rows for platforms that are the same wherever the server runs; they come last.
    static func kServe(
        _ starter: PlatformStarter, _ name: ModelName, _ reading: [HTTPMethod], _ operation: Operation
    ) -> [Route] {
        func probe(_ probe: Probe, _ member: String, model: String? = nil) -> ProbeRoute {
            ProbeRoute(
                probe, as: .member(member, model: model), starter.service, on: starter.starter.loop,
                isDraining: operation.isDraining)
        }
        let readiness = probe(.ready, "ready", model: name.text)
        func about(_ subject: ModelRoute.Subject) -> ModelRoute {
            ModelRoute(subject, starter, model: name, probe: readiness)
        }
        func row(
            _ path: String, _ methods: [HTTPMethod], _ handler: any RouteHandler, segments: [Int] = [1]
        ) -> Route {
            Route(path, methods, mode: .predict, idSegments: segments, refusals: .platform, handler)
        }
        func health(_ path: String, _ found: Probe, _ member: String) -> Route {
            Route(path, reading, mode: .predict, access: .open, refusals: .platform, probe(found, member))
        }
        return [
            row("/v2/models/{model}/infer", [.post], InferenceRoute(starter, model: name), segments: [1, 3]),
            row("/v1/models/{model}:predict", [.post], InstancesRoute(starter, .kServe, model: name)),
            health("/v2/health/ready", .ready, "ready"), health("/v2/health/live", .live, "live"),
            row("/v2/models/{model}/ready", reading, about(.readiness), segments: [1, 3]),
            row("/v2/models/{model}", reading, about(.metadata), segments: [1, 3]),
            row("/v2", reading, InferenceServerRoute()),
            row("/v1/models/{model}", reading, about(.readiness)),
            row("/v1/models", reading, about(.list)),
        ]
    }

    /// The rows for the platform that started the server. They come first, because it may use paths that otherwise
    /// belong to other routes.
    static func platform(
        _ starter: PlatformStarter, _ settings: PlatformSettings, _ reading: [HTTPMethod], _ operation: Operation
    ) -> [Route] {
        func health(patience: Duration? = nil) -> ProbeRoute {
            ProbeRoute(
                .ready, starter.service, on: starter.starter.loop, patience: patience,
                isDraining: operation.isDraining)
        }
        var rows: [Route] = []
        if settings.isSageMaker {
            rows.append(
                Route(
                    "/invocations", [.post], mode: .predict, takesJSON: true, InvocationsRoute(starter.starter)))
            rows.append(Route("/ping", reading, access: .open, health(patience: pingPatience)))
        }
        if let path = settings.vertexPredictions {
            rows.append(
                Route(literal: path, [.post], mode: .predict, refusals: .platform, InstancesRoute(starter, .vertex)))
        }
        if let path = settings.vertexHealth {
            rows.append(Route(literal: path, reading, access: .open, health()))
        }
        return rows
    }
}
