import EventLoop
import HTTPServer
import Platforms

/// `POST /v2/models/{name}/infer`: a request of the Open Inference Protocol.
final class InferenceRoute: RouteHandler {
    private let starter: PlatformStarter
    private let model: ModelName

    init(_ starter: PlatformStarter, model: ModelName) {
        self.starter = starter
        self.model = model
    }

    var isTraced: Bool { true }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        if let refusal = model.refusal(of: id) { return exchange.respond(refusal) }
        let field = request.head.field(NamedInferenceRequest.lengthField)?.string
        let (name, signature) = (model.text, starter.signature)
        starter.start(request, on: exchange) { (body) throws(PlatformError) in
            guard let signature else {
                throw PlatformError("The model has no OpenAPI document, which says what its inputs are", status: 501)
            }
            let length = field.flatMap { Int($0) }
            guard field == nil || length ?? -1 >= 0 else {
                throw PlatformError("Inference-Header-Content-Length must be a number of bytes")
            }
            let read = try InferenceRequest(
                reading: body.bytes, owner: body, jsonBytes: length, signature: signature)
            return NamedInferenceRequest(request: read, model: name)
        }
    }
}

@available(*, unavailable)
extension InferenceRoute: Sendable {}
