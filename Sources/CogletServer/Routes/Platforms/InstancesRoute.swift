import EventLoop
import HTTPServer
import Platforms

/// `POST` of `{"instances": […]}`: Vertex AI's requests, and those of KServe's first protocol.
final class InstancesRoute: RouteHandler {
    private let starter: PlatformStarter
    private let form: InstancesRequest.Form
    /// What the path must call the model; nil where it doesn't.
    private let model: ModelName?

    init(_ starter: PlatformStarter, _ form: InstancesRequest.Form, model: ModelName? = nil) {
        self.starter = starter
        self.form = form
        self.model = model
    }

    var isTraced: Bool { true }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        if let model, let refusal = model.refusal(of: id) { return exchange.respond(refusal) }
        let (form, signature) = (form, starter.signature)
        starter.start(request, on: exchange) { (body) throws(PlatformError) in
            try InstancesRequest(reading: body.bytes, owner: body, as: form, signature: signature)
        }
    }
}

@available(*, unavailable)
extension InstancesRoute: Sendable {}
