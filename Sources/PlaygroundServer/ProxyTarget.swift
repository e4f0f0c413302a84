internal import HTTPClient

/// The server of a model that requests are passed on to.
struct ProxyTarget: Equatable, Sendable {
    /// Its address without a slash at the end.
    let base: String

    /// Reads an address as people write it.
    init(_ text: String) throws(ProxyTargetProblem) {
        let url: HTTPURL
        do throws(HTTPURLProblem) {
            url = try HTTPURL(text)
        } catch {
            throw .noURL(error.description)
        }
        // A page's address may be shared, and a password would be in it.
        guard url.text == url.textWithCredentials else { throw .hasCredentials }
        guard !text.contains(where: { $0 == "?" || $0 == "#" }) else { throw .hasQuery }
        base = String(url.text.reversed().drop { $0 == "/" }.reversed())
    }

    /// The address of something below the target. `path` is passed on as it is escaped.
    func address(of path: String, query: String?) -> String {
        "\(base)/\(path)" + (query.map { "?\($0)" } ?? "")
    }
}

/// Why no server can be at an address.
public enum ProxyTargetProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is no URL, for this reason.
    case noURL(String)
    /// It has a user name or a password.
    case hasCredentials
    /// It has a query or a fragment.
    case hasQuery

    /// The problem as half a sentence.
    public var description: String {
        switch self {
        case .noURL(let reason): reason
        case .hasCredentials: "it may not have a user name or a password"
        case .hasQuery: "it may not have a query or a fragment"
        }
    }
}
