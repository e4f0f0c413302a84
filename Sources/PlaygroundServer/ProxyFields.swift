internal import HTTPServer
internal import JSON

/// Decides which fields pass through the proxy.
enum ProxyFields {
    /// Names the target of a request.
    static let target: StaticString = "x-cog-target"

    /// Request fields that aren't forwarded: they belong to the browser, this connection, or this origin.
    private static let kept: Set<String> = [
        "authorization", "connection", "content-length", "cookie", "expect", "host", "keep-alive", "origin",
        "proxy-authorization", "proxy-connection", "referer", "te", "trailer", "transfer-encoding", "upgrade",
        "x-cog-target",
    ]

    /// Response fields that a page can use. All of them are in `x-cog-upstream-headers` too.
    private static let returned: [StaticString] = [
        "accept-encoding", "allow", "content-disposition", "content-encoding", "content-language", "content-type",
        "etag", "last-modified", "preference-applied", "retry-after", "traceparent", "vary", "x-request-id",
    ]

    /// Response fields that could change the browser's state for this origin.
    private static let dropped: Set<String> = ["clear-site-data", "service-worker-allowed", "set-cookie"]

    /// The maximum length of the field that shows a page what the target sent.
    static let upstreamLimitBytes = 32 * 1024

    /// The fields to send to the target.
    static func request(_ fields: [(name: String, value: String)]) -> [(name: String, value: String)] {
        fields.filter { name, _ in
            let name = name.lowercased()
            return !kept.contains(name) && !name.hasPrefix("sec-")
        }
    }

    /// The fields to send to the page. Neither the proxy nor the browser follows redirects.
    static func response(_ fields: [(name: String, value: String)]) -> [Response.Field] {
        var result: [Response.Field] = []
        for name in returned {
            for field in fields where field.name == name.description { result.append(.init(name, field.value)) }
        }
        result.append(.init("cache-control", "no-store"))
        result.append(.init("x-cog-upstream-headers", upstream(fields)))
        return result
    }

    /// The target's fields as base64url-encoded JSON: as many as fit, in order.
    static func upstream(_ fields: [(name: String, value: String)]) -> String {
        var names: [String] = []
        var values: [String: String] = [:]
        for (name, value) in fields where !dropped.contains(name) {
            if let earlier = values[name] {
                values[name] = "\(earlier), \(value)"
            } else {
                names.append(name)
                values[name] = value
            }
        }
        var text: [UInt8] = [UInt8(ascii: "{")]
        for name in names {
            var member: [UInt8] = text.count > 1 ? [UInt8(ascii: ",")] : []
            appendJSONString(name, to: &member)
            member.append(UInt8(ascii: ":"))
            appendJSONString(values[name] ?? "", to: &member)
            if (text.count + member.count + 1) * 4 / 3 + 4 <= upstreamLimitBytes { text += member }
        }
        text.append(UInt8(ascii: "}"))
        return base64URL(text)
    }

    /// RFC 4648, section 5, without padding.
    private static func base64URL(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0...group.count { text.append(alphabet[bits >> (18 - 6 * index) & 63]) }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
