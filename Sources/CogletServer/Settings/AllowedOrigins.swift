/// The web pages of other origins that may use the server: the value of `COG_CORS_ORIGINS`.
enum AllowedOrigins: Equatable {
    case none
    case listed([String])
    case all

    /// Parses a list of origins separated by commas or spaces, or `*`. Entries that are neither are added to
    /// `unusable`.
    init(reading text: String, unusable: inout [String]) {
        var origins: [String] = []
        var hasAll = false
        for entry in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            if entry == "*" {
                hasAll = true
            } else if let origin = Self.normalized(entry) {
                origins.append(origin)
            } else {
                unusable.append(String(entry))
            }
        }
        self = hasAll ? .all : origins.isEmpty ? .none : .listed(origins)
    }

    /// Whether pages of an origin, in the form of an `Origin` field, are allowed.
    func contains(_ origin: String) -> Bool {
        switch self {
        case .none: false
        case .listed(let origins): Self.normalized(origin[...]).map { origins.contains($0) } ?? false
        case .all: true
        }
    }

    /// An origin in normalized form; nil if it isn't one. `null` is the origin of sandboxed pages and local files.
    private static func normalized(_ text: Substring) -> String? {
        var origin = text.lowercased()
        if origin == "null" { return origin }
        if origin.hasSuffix("/") { origin.removeLast() }
        guard let separator = origin.firstRange(of: "://"), separator.lowerBound > origin.startIndex else { return nil }
        let host = origin[separator.upperBound...]
        guard !host.isEmpty, !host.contains(where: { "/@?#*\\".contains($0) || $0.isWhitespace }) else { return nil }
        for (scheme, port) in [("http", ":80"), ("https", ":443")]
        where origin[..<separator.lowerBound] == scheme && host.hasSuffix(port) {
            origin.removeLast(port.count)
        }
        return origin
    }
}
