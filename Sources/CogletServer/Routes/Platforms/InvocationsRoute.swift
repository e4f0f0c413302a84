import HTTPServer

/// `POST /invocations`: a prediction as requested by SageMaker. The body is the input, or the only file that the model
/// takes; the response is the output.
final class InvocationsRoute: RouteHandler {
    private let starter: PredictionStarter

    init(_ starter: PredictionStarter) {
        self.starter = starter
    }

    var isTraced: Bool { true }

    func bodyReader() -> (any BodyReader)? {
        starter.bodyReader(isTraining: false, content: RequestDialect.sageMaker.content)
    }

    func decide(on head: RequestHead, contentType: String) -> UploadIntake.Decision<Void> {
        starter.uploads.decide(on: head, contentType: contentType)
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        starter.start(request, on: exchange, id: nil, isTraining: false, dialect: .sageMaker)
    }
}
