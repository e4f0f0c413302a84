import HTTPServer
import Playground
import Predictions

/// `GET /docs`, and `GET /` for browsers: the page that shows the model and lets people try it. It needs nothing from
/// any other host.
final class PageRoute: RouteHandler {
    /// Made when the first client requests it; nil if there was no memory.
    private lazy var compressed = Page.compressed()

    func respond(to request: Request, id: PathID?, on exchange: Exchange) {
        let wantsGzip = request.head.fields("accept-encoding").contains { Preferences.accepts("gzip", $0.string) }
        let file = wantsGzip ? compressed : nil
        let tag = file == nil ? "\"\(Page.tag)\"" : "\"\(Page.tag)-gzip\""
        var fields: [Response.Field] = [
            .init("etag", tag), .init("cache-control", "no-cache"), .init("vary", "accept, accept-encoding"),
        ]
        guard !request.head.fields("if-none-match").contains(where: { EntityTags.includes(tag, $0.string) }) else {
            exchange.respond(.empty(304, fields: fields))
            return
        }
        fields += [
            .init("content-security-policy", Page.policy), .init("referrer-policy", "no-referrer"),
            .init("x-content-type-options", "nosniff"),
        ]
        if file != nil { fields.append(.init("content-encoding", "gzip")) }
        exchange.respond(
            Response(
                status: 200, contentType: "text/html; charset=utf-8", fields: fields,
                body: .segment(file.map { .bytes($0) } ?? .fixed(Page.html))))
    }
}

@available(*, unavailable)
extension PageRoute: Sendable {}
