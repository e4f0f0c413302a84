import HTTPServer

/// `GET /v2`: what the server is, as the Open Inference Protocol asks for it.
final class InferenceServerRoute: RouteHandler {
    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        exchange.respond(
            .json(Array(#"{"name":"coglet","version":"\#(Coglet.version)","extensions":["binary_tensor_data"]}"#.utf8)))
    }
}

@available(*, unavailable)
extension InferenceServerRoute: Sendable {}
