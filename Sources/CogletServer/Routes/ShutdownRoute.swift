import HTTPServer

/// `POST /shutdown`: shuts the server down, unless another site's web page requests it.
final class ShutdownRoute: RouteHandler {
    private let shutDown: () -> Void

    init(_ shutDown: @escaping () -> Void) {
        self.shutDown = shutDown
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        guard RequestOrigin(request.head) == .own else {
            exchange.respond(Answers.crossOrigin)
            return
        }
        exchange.respond(Answers.empty)
        shutDown()
    }
}
