import EventLoop
import HTTPServer
import Platforms

/// `POST` of `{"instances": […]}`: the requests of Vertex AI and of KServe's V1 protocol.
final class InstancesRoute: RouteHandler {
    private let starter: PlatformStarter
    private let form: InstancesRequest.Form
    /// The name that the path must use for the model; nil if it contains none.
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
