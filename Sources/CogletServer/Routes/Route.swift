import HTTPServer

/// What a request's path leads to.
enum Route: Equatable {
    case root, healthCheck, document, docs, metrics, shutdown
    case predictions(isTraining: Bool)
    case prediction(id: PathID, isTraining: Bool)
    case cancel(id: PathID, isTraining: Bool)

    /// An id from a path, percent-decoded; nil when it is not UTF-8.
    struct PathID: Equatable {
        let text: String?
    }

    /// Finds the route of a path; nil for any other path. Trailing slashes count.
    init?(path: HeadBytes) {
        if path == "/predictions" {
            self = .predictions(isTraining: false)
        } else if path == "/health-check" {
            self = .healthCheck
        } else if path == "/" {
            self = .root
        } else if path == "/openapi.json" {
            self = .document
        } else if path == "/trainings" {
            self = .predictions(isTraining: true)
        } else if path == "/shutdown" {
            self = .shutdown
        } else if path == "/docs" {
            self = .docs
        } else if path == "/metrics" {
            self = .metrics
        } else if path.hasPrefix("/predictions/") {
            self.init(rest: Array(path.array.dropFirst("/predictions/".utf8.count)), isTraining: false)
        } else if path.hasPrefix("/trainings/") {
            self.init(rest: Array(path.array.dropFirst("/trainings/".utf8.count)), isTraining: true)
        } else {
            return nil
        }
    }

    private init?(rest: [UInt8], isTraining: Bool) {
        let parts = rest.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard let id = parts.first, !id.isEmpty else { return nil }
        if parts.count == 1 {
            self = .prediction(id: Self.decoded(id), isTraining: isTraining)
        } else if parts.count == 2, parts[1].elementsEqual("cancel".utf8) {
            self = .cancel(id: Self.decoded(id), isTraining: isTraining)
        } else {
            return nil
        }
    }

    /// The methods the route takes, as the `allow` field lists them.
    var allowed: String {
        switch self {
        case .root, .healthCheck, .document, .docs, .metrics: "GET,HEAD"
        case .predictions, .cancel, .shutdown: "POST"
        case .prediction: "GET,HEAD,PUT"
        }
    }

    /// Whether the route takes requests of this method.
    func allows(_ method: HTTPMethod) -> Bool {
        switch self {
        case .root, .healthCheck, .document, .docs, .metrics: method == .get || method == .head
        case .predictions, .cancel, .shutdown: method == .post
        case .prediction: method == .put || method == .get || method == .head
        }
    }

    /// Percent-decoding; an escape that is none stays as it is (RFC 3986 section 2.1 leaves that open).
    private static func decoded(_ bytes: ArraySlice<UInt8>) -> PathID {
        var output: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let high = digit(rest[rest.startIndex]),
                let low = digit(rest[rest.startIndex + 1])
            {
                output.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                output.append(byte)
            }
        }
        return PathID(text: String(validating: output, as: UTF8.self))
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
        default: nil
        }
    }
}
