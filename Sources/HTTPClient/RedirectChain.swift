/// The state of a request that follows redirects: what is sent next, and where.
///
/// libcurl doesn't apply these rules, because it knows only some of the fields that must not go to another server, and
/// chooses the proxy only once.
struct RedirectChain {
    /// The current target of the request.
    private(set) var url: HTTPURL
    /// The current method.
    private(set) var method: HTTPRequest.Method
    /// Whether the request has only been sent to one server. Its credentials never go to another server, and don't
    /// return when another server redirects back.
    private(set) var carriesCredentials = true
    private(set) var followed = 0
    private let start: HTTPURL
    private let limit: Int

    init(_ request: HTTPRequest) throws(HTTPClientError) {
        do throws(HTTPURLProblem) {
            start = try HTTPURL(request.url)
        } catch {
            throw .invalidURL(reason: error.description)
        }
        url = start
        method = request.method
        limit = request.redirectLimit
    }

    /// Whether a response redirects the request.
    func leads(status: Int, location: String?) -> Bool {
        guard limit > 0, let location, !location.isEmpty else { return false }
        return [301, 302, 303, 307, 308].contains(status)
    }

    /// A response has redirected the request to `location`.
    mutating func redirected(status: Int, to location: String) throws(HTTPClientError) {
        guard followed < limit else { throw .tooManyRedirects(url: start.printable, limit: limit) }
        followed += 1
        guard let next = try? url.resolving(location) else { throw .redirectRefused(url: start.printable) }
        if !next.isSameOrigin(as: url) { carriesCredentials = false }
        if status == 303, method == .put { method = .get }
        url = next
    }

    /// The fields to send with the request now.
    func fields(of request: HTTPRequest) -> [(name: String, value: String)] {
        request.fields.filter { field in
            switch field.name.lowercased() {
            case "authorization", "cookie", "proxy-authorization": carriesCredentials
            case "content-type": method == request.method
            default: true
            }
        }
    }
}
