internal import HTTPClient

/// The model server that requests are forwarded to.
struct ProxyTarget: Equatable, Sendable {
    /// Its address, without a trailing slash.
    let base: String

    /// Parses an address as people write it.
    init(_ text: String) throws(ProxyTargetProblem) {
        let url: HTTPURL
        do throws(HTTPURLProblem) {
            url = try HTTPURL(text)
        } catch {
            throw .noURL(error.description)
        }
        // A page's address may be shared, and would contain the password.
        guard url.text == url.textWithCredentials else { throw .hasCredentials }
        guard !text.contains(where: { $0 == "?" || $0 == "#" }) else { throw .hasQuery }
        base = String(url.text.reversed().drop { $0 == "/" }.reversed())
    }

    /// The address of a resource below the target. `path` is passed on with its escapes.
    func address(of path: String, query: String?) -> String {
        "\(base)/\(path)" + (query.map { "?\($0)" } ?? "")
    }
}

/// Why an address isn't valid as a target.
public enum ProxyTargetProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// It isn't a URL, for this reason.
    case noURL(String)
    /// It contains a user name or a password.
    case hasCredentials
    /// It contains a query or a fragment.
    case hasQuery

    /// The problem as a clause.
    public var description: String {
        switch self {
        case .noURL(let reason): reason
        case .hasCredentials: "it must not have a user name or a password"
        case .hasQuery: "it must not have a query or a fragment"
        }
    }
}
