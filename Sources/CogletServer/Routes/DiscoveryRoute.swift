import HTTPServer
import JSON
import Predictions
import Serving
import Workers

/// `GET /`: the names and paths of the routes, and the page for browsers. The routes for trainings are listed if the
/// model has a training.
final class DiscoveryRoute: RouteHandler {
    struct Entry {
        let name: String
        let path: String
        let isTraining: Bool
    }

    var routes: [Entry] = []
    private let service: PredictionService
    private let version: String
    private let root: PathPrefix?
    private let page: PageRoute?

    init(_ service: PredictionService, version: String, root: PathPrefix?, page: PageRoute?) {
        self.service = service
        self.version = version
        self.root = root
        self.page = page
    }

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        let root = root ?? request.head.field("x-forwarded-prefix").flatMap { PathPrefix($0.string) }
        guard let page, request.head.fields("accept").contains(where: { Preferences.accepts("text/html", $0.string) })
        else {
            var answer = routes(below: root?.text ?? "")
            if page != nil { answer.fields.append(.init("vary", "accept")) }
            exchange.respond(answer)
            return
        }
        if let root {
            // Without a trailing slash, the root's URL would be a wrong base for the page's relative URLs.
            exchange.respond(.empty(307, fields: [.init("location", "\(root.text)/docs"), .init("vary", "accept")]))
        } else {
            page.respond(to: request, id: id, on: exchange)
        }
    }

    private func routes(below root: String) -> Response {
        let hasTraining = service.facts?.documentFacts?.hasTraining == true
        var members = [(name: "cog_version", value: version)]
        for entry in routes where hasTraining || !entry.isTraining { members.append((entry.name, root + entry.path)) }
        members.sort { $0.name < $1.name }
        var body: [UInt8] = []
        for (index, member) in members.enumerated() {
            body.append(UInt8(ascii: index == 0 ? "{" : ","))
            appendJSONString(member.name, to: &body)
            body.append(UInt8(ascii: ":"))
            appendJSONString(member.value, to: &body)
        }
        body.append(UInt8(ascii: "}"))
        return .json(body)
    }
}
