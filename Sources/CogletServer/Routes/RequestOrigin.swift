import HTTPServer

/// Where a request comes from, according to the browser (Fetch Metadata, and RFC 6454 section 7).
enum RequestOrigin: Equatable {
    /// A program, the user of the browser, or a page of this server.
    case own
    /// Another site's web page. Browsers let it send some requests to any server, even local ones.
    case otherPage

    /// Determines the origin from a request's fields; the arguments are the values of all fields with these names.
    /// `hosts` are the names by which the client may know the server.
    ///
    /// `Sec-Fetch-Site` decides if it is present: behind a proxy, `Host` may differ from what the browser sees.
    init(fetchSites: [String], origins: [String], hosts: [String]) {
        if !fetchSites.isEmpty {
            self = fetchSites.allSatisfy { $0 == "same-origin" || $0 == "none" } ? .own : .otherPage
        } else {
            self = origins.allSatisfy { origin in hosts.contains { Self.isSame(origin, $0) } } ? .own : .otherPage
        }
    }

    /// Determines the origin from a request's head.
    ///
    /// Trusts what proxies say about the host: a page can't make a browser send these fields to another origin unless
    /// the server allows it in a preflight.
    init(_ head: RequestHead) {
        var hosts = [head.field("host")?.string ?? ""]
        let port = head.field("x-forwarded-port")?.string
        // A list, if there are several proxies.
        for name in head.fields("x-forwarded-host").flatMap({ $0.string.split(separator: ",") }) {
            let host = String(name.drop { $0 == " " }.prefix { $0 != " " })
            hosts.append(host)
            if let port { hosts.append("\(host):\(port)") }
        }
        self.init(
            fetchSites: head.fields("sec-fetch-site").map(\.string), origins: head.fields("origin").map(\.string),
            hosts: hosts)
    }

    /// Whether an `Origin` such as `http://localhost:5000` is that of this server, which the client calls `host`. The
    /// opaque origin `null` never is.
    private static func isSame(_ origin: String, _ host: String) -> Bool {
        let origin = origin.lowercased()
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")] where origin.hasPrefix(scheme) {
            let name = origin.dropFirst(scheme.count)
            return !name.isEmpty && without(port, String(name)) == without(port, host.lowercased())
        }
        return false
    }

    private static func without(_ port: String, _ name: String) -> String {
        name.hasSuffix(port) ? String(name.dropLast(port.count)) : name
    }
}
