import HTTPServer
import Predictions

/// What web pages of other origins may do (the CORS protocol of the Fetch standard).
///
/// Browsers send a preflight before a page may send JSON to another server, but they let it send some bodies, and empty
/// ones, to any server without asking. Such requests from pages that aren't allowed are refused; otherwise, every page
/// could run predictions on its viewer's machine. A JSON body proves that a browser has asked, or that the client isn't
/// a browser.
struct CrossOrigin {
    let allowed: AllowedOrigins

    /// How long browsers may cache a preflight.
    private static let rememberedSeconds = "7200"

    /// The decision about a request, based on its origin.
    enum Verdict {
        /// It is answered like any other request, with these additional fields.
        case accept([Response.Field])
        /// It is answered immediately.
        case answer(Response)
    }

    /// Decides about a request; `route` is its route.
    func verdict(on head: RequestHead, _ route: Route?) -> Verdict {
        let origin = head.field("origin")
        guard origin != nil || head.field("sec-fetch-site") != nil else { return .accept(varying) }
        if RequestOrigin(head) == .own { return .accept(varying) }
        let name = origin?.string ?? ""
        if allowed.contains(name) {
            let fields = fields(for: name)
            return isPreflight(head) && route != nil ? .answer(preflight(head, route, fields)) : .accept(fields)
        }
        if isPreflight(head) ? allowed != .none : changesSomething(head) {
            var refusal = Answers.foreignPage(name)
            refusal.fields += varying
            return .answer(refusal)
        }
        return .accept(varying)
    }

    /// Whether the request has an effect, and a browser would let any page send it.
    private func changesSomething(_ head: RequestHead) -> Bool {
        switch head.method {
        case .get, .head, .options: return false
        default:
            let type = head.field("content-type")
            return !(type?.withUnsafeBytes { Preferences.isJSON(contentType: $0) } ?? false)
        }
    }

    private func isPreflight(_ head: RequestHead) -> Bool {
        head.method == .options && head.field("access-control-request-method") != nil
    }

    /// Fields that tell caches that responses depend on the origin.
    private var varying: [Response.Field] {
        if case .listed = allowed { [Response.Field("vary", "origin")] } else { [] }
    }

    private func fields(for origin: String) -> [Response.Field] {
        let name = allowed == .all ? "*" : origin
        return varying + [
            Response.Field("access-control-allow-origin", name), Response.Field("access-control-expose-headers", "*"),
        ]
    }

    /// The response to a preflight. Fields that the server doesn't know do no harm, so all are allowed: something in
    /// front of the server may need them.
    private func preflight(_ head: RequestHead, _ route: Route?, _ fields: [Response.Field]) -> Response {
        var fields = fields
        fields.append(Response.Field("access-control-allow-methods", route?.allowed ?? ""))
        if let names = head.field("access-control-request-headers") {
            fields.append(Response.Field("access-control-allow-headers", names.string))
            fields.append(Response.Field("vary", "access-control-request-headers"))
        }
        if head.field("access-control-request-private-network") != nil {
            fields.append(Response.Field("access-control-allow-private-network", "true"))
        }
        fields.append(Response.Field("access-control-max-age", Self.rememberedSeconds))
        return .empty(204, fields: fields)
    }
}
