/// The address that a signal is sent to.
public struct Endpoint: Equatable, Sendable {
    /// The kind of data sent.
    public enum Signal: String, Sendable {
        case traces, metrics

        /// The path below a base address.
        var path: String { "/v1/\(rawValue)" }
    }

    /// The address.
    public let url: String

    /// Uses an address as it is.
    public init(exactly url: String) {
        self.url = url
    }

    /// The address of a signal below a base address. The signal's path is inserted before `?` or `#`, unless it is
    /// already there.
    public init(below base: String, _ signal: Signal) {
        let end = base.firstIndex { $0 == "?" || $0 == "#" } ?? base.endIndex
        var path = base[..<end]
        while path.hasSuffix("/") { path.removeLast() }
        let added = path.hasSuffix(signal.path) ? "" : signal.path
        url = path + added + base[end...]
    }

    /// Whether the URL can be an address at all.
    public var isUsable: Bool {
        let lowered = url.lowercased()
        return (lowered.hasPrefix("http://") && lowered.utf8.count > 7)
            || (lowered.hasPrefix("https://") && lowered.utf8.count > 8)
    }

    /// Fields that every request sets itself.
    private static let ownFields: Set = [
        "connection", "content-encoding", "content-length", "content-type", "host", "transfer-encoding",
    ]

    /// Parses `OTEL_EXPORTER_OTLP_HEADERS`: comma-separated `name=value` entries with percent-encoded values. Skips
    /// invalid entries, and fields that would change the meaning of the request.
    public static func headers(_ text: String) -> [(name: String, value: String)] {
        text.split(separator: ",").compactMap { entry in
            guard let (name, value) = pair(entry), !ownFields.contains(name.lowercased()) else { return nil }
            return (name.lowercased(), value)
        }
    }

    /// Parses `OTEL_RESOURCE_ATTRIBUTES`, which has the same form.
    public static func attributes(_ text: String) -> [(name: String, value: String)] {
        text.split(separator: ",").compactMap(pair)
    }

    private static func pair(_ entry: Substring) -> (name: String, value: String)? {
        guard let sign = entry.firstIndex(of: "=") else { return nil }
        let name = trimmed(entry[..<sign])
        guard !name.isEmpty else { return nil }
        return (String(name), decoded(trimmed(entry[entry.index(after: sign)...])))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    private static func decoded(_ text: Substring) -> String {
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let digits = index + 2 < bytes.count ? String(decoding: bytes[index + 1...index + 2], as: UTF8.self) : ""
            if bytes[index] == UInt8(ascii: "%"), let byte = UInt8(digits, radix: 16) {
                output.append(byte)
                index += 3
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
