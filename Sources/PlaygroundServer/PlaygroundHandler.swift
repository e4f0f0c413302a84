internal import EventLoop
internal import HTTPClient
internal import HTTPServer
internal import JSON
internal import Playground

/// Answers the playground's requests.
final class PlaygroundHandler: HTTPHandler {
    private let client: HTTPClient
    private let sink: WebhookSink
    private let options: PlaygroundOptions
    private let version: String
    private var forwardings: [ObjectIdentifier: Forwarding] = [:]
    /// The port that the page is served on.
    var port = 0

    /// Fields of every response; only the page may ever be rendered as a document.
    private static func fields(isPage: Bool) -> [Response.Field] {
        let usual: [Response.Field] = [
            .init("x-content-type-options", "nosniff"), .init("referrer-policy", "no-referrer"),
            .init("x-frame-options", "DENY"),
        ]
        return isPage ? usual : usual + [.init("content-security-policy", "default-src 'none'; sandbox")]
    }

    private static let foreign: StaticString = "playground UI and proxy are only available from this browser"

    init(_ options: PlaygroundOptions, client: HTTPClient, sink: WebhookSink, version: String) {
        self.options = options
        self.client = client
        self.sink = sink
        self.version = version
    }

    func receivedHead(_ head: RequestHead) -> HeadAction {
        .stream(takesCoded: true, fields: Self.fields(isPage: PlaygroundRoute(path: head.path.string) == .page))
    }

    func received(_ request: Request, on exchange: Exchange) {
        let head = request.head
        let route = PlaygroundRoute(path: head.path.string)
        if case .webhook(let token) = route {
            guard head.method == .post else { return exchange.respond(Self.wrongMethod(route)) }
            guard let token else { return exchange.respond(.plainText("no such webhook" as StaticString, status: 404)) }
            return sink.receive(for: token, on: exchange)
        }
        let origin = LoopbackGuard(
            peer: exchange.peerAddress, host: head.field("host")?.string,
            fetchSites: head.fields("sec-fetch-site").map(\.string), origins: head.fields("origin").map(\.string))
        guard origin.allows(route) else { return exchange.respond(.plainText(Self.foreign, status: 403)) }
        guard route.methods.split(separator: ",").contains(where: { $0 == head.method.description }) else {
            return exchange.respond(
                route == .none ? .plainText("not found" as StaticString, status: 404) : Self.wrongMethod(route))
        }
        switch route {
        case .page: exchange.respond(Self.page)
        case .config: exchange.respond(config)
        case .events:
            guard let token = PlaygroundRoute.token(query: head.query?.string) else {
                return exchange.respond(.plainText("the query names no token" as StaticString, status: 404))
            }
            sink.listen(to: token, on: exchange)
        case .proxy(let path): forward(head, to: path, on: exchange)
        case .webhook, .none: break
        }
    }

    private static func wrongMethod(_ route: PlaygroundRoute) -> Response {
        .empty(405, fields: [.init("allow", route.methods)])
    }

    // MARK: - The page

    /// The same page that model servers show, with a mark that tells it that it may be used with any server.
    private static let pageBytes: [UInt8] = {
        let html = Array(UnsafeBufferPointer(start: Page.html.utf8Start, count: Page.html.utf8CodeUnitCount))
        let head = Array("<head>".utf8)
        let start = html.indices.first { html[$0...].starts(with: head) } ?? 0
        return Array(html[..<(start + head.count)]) + Array("<meta name=\"cog-playground\" content=\"\">".utf8)
            + html[(start + head.count)...]
    }()

    private static var page: Response {
        Response(
            status: 200, contentType: "text/html; charset=utf-8",
            fields: [.init("content-security-policy", Page.policy), .init("cache-control", "no-cache")],
            body: .segment(.bytes(pageBytes)))
    }

    private var config: Response {
        var body: [UInt8] = Array("{\"target\":".utf8)
        appendJSONString(options.target, to: &body)
        body += Array(",\"webhookBase\":".utf8)
        appendJSONString(options.webhookBase(port: port), to: &body)
        body += Array(",\"cogVersion\":".utf8)
        appendJSONString(version, to: &body)
        body.append(UInt8(ascii: "}"))
        var response = Response.json(body)
        response.fields.append(.init("cache-control", "no-store"))
        return response
    }

    // MARK: - The proxy

    private func forward(_ head: RequestHead, to path: String, on exchange: Exchange) {
        guard let text = head.field(ProxyFields.target)?.string, !text.isEmpty else {
            return exchange.respond(.plainText("no target API set" as StaticString, status: 400))
        }
        let target: ProxyTarget
        do throws(ProxyTargetProblem) {
            target = try ProxyTarget(text)
        } catch {
            return exchange.respond(.plainText("invalid target API URL: \(error)", status: 400))
        }
        let method: HTTPRequest.Method =
            switch head.method {
            case .post: .post
            case .put: .put
            default: .get
            }
        let forwarding = Forwarding(exchange)
        forwardings[ObjectIdentifier(forwarding)] = forwarding
        forwarding.onEnd = { [weak self, unowned forwarding] in
            self?.forwardings[ObjectIdentifier(forwarding)] = nil
        }
        forwarding.begin(
            head, to: target.address(of: path, query: head.query?.string), method: method, by: client)
    }

    /// Resumes responses whose page has accepted enough; returns whether there were any.
    func resumeForwardings() -> Bool {
        var isBusy = false
        for forwarding in Array(forwardings.values) where forwarding.resumeIfTaken() { isBusy = true }
        return isBusy
    }
}

@available(*, unavailable)
extension PlaygroundHandler: Sendable {}
