import ToolBasics

/// The ports of `exec --publish`.
package enum PublishedPort {
    /// Turns `8000`, `0.0.0.0:8000`, `::1:8000` or `[::1]:8000` into what `docker run --publish` takes.
    package static func parse(_ value: String) throws(PortFailure) -> String {
        func invalid(_ problem: PortFailure.Problem) -> PortFailure { PortFailure(value: value, problem: problem) }
        guard !value.isEmpty else { throw invalid(.empty) }
        var host = "127.0.0.1"
        var port = value[...]
        if value.hasPrefix("[") {
            guard let close = value.firstIndex(of: "]") else {
                throw invalid(.openBracket)
            }
            host = String(value[value.index(after: value.startIndex)..<close])
            let rest = value[value.index(after: close)...]
            guard !rest.isEmpty else { throw invalid(.noPort) }
            guard rest.hasPrefix(":") else { throw invalid(.noColon) }
            port = rest.dropFirst()
            guard !host.isEmpty else { throw invalid(.noHost) }
        } else if let colon = value.lastIndex(of: ":") {
            host = String(value[..<colon])
            port = value[value.index(after: colon)...]
            guard !host.isEmpty else { throw invalid(.noHost) }
        }
        guard let number = Int(port), (1...65535).contains(number) else {
            throw invalid(.number)
        }
        return "\(bracketed(host)):\(number):\(number)"
    }

    /// Whether two programs can't listen on one port of both addresses: they are the same, or one stands for all.
    package static func overlap(_ host: String, _ other: String) -> Bool {
        func plain(_ host: String) -> String { host == "localhost" ? "127.0.0.1" : host }
        let wildcards = ["0.0.0.0", "::"]
        return plain(host) == plain(other) || wildcards.contains(host) || wildcards.contains(other)
    }

    /// IPv6 addresses in brackets.
    package static func bracketed(_ host: String) -> String {
        host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    }
}
