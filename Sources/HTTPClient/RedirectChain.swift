/// Where a request stands on its way over redirects: what is sent next, and to whom.
///
/// The rules are not left to libcurl: it knows only some of the fields that may not go to another server, and chooses
/// the proxy once.
struct RedirectChain {
    /// What the request is sent to now.
    private(set) var url: HTTPURL
    /// What is done to it now.
    private(set) var method: HTTPRequest.Method
    /// Whether the request has been to one server only. Its credentials never leave it, and don't come back to it on the
    /// word of another one.
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

    /// Whether an answer sends the request elsewhere.
    func leads(status: Int, location: String?) -> Bool {
        guard limit > 0, let location, !location.isEmpty else { return false }
        return [301, 302, 303, 307, 308].contains(status)
    }

    /// An answer has sent the request to `location`.
    mutating func redirected(status: Int, to location: String) throws(HTTPClientError) {
        guard followed < limit else { throw .tooManyRedirects(url: start.printable, limit: limit) }
        followed += 1
        guard let next = try? url.resolving(location) else { throw .redirectRefused(url: start.printable) }
        if !next.isSameOrigin(as: url) { carriesCredentials = false }
        if status == 303, method == .put { method = .get }
        url = next
    }

    /// The fields that go with the request now.
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
