import HTTPServer

/// `GET /v2`: the server's metadata for the Open Inference Protocol.
final class InferenceServerRoute: RouteHandler {
    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        exchange.respond(
            .json(Array(#"{"name":"coglet","version":"\#(Coglet.version)","extensions":["binary_tensor_data"]}"#.utf8)))
    }
}

@available(*, unavailable)
extension InferenceServerRoute: Sendable {}
