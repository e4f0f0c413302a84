import Glibc
import HTTPServer
import Workers

/// Handles the requests to one path.
protocol RouteHandler: AnyObject {
    /// Responds to a request, now or later. `id` is the value of the placeholder in the route's path.
    func respond(to request: Request, id: PathID?, on exchange: Exchange)

    /// Makes a reader that parses a request's body while it arrives.
    func bodyReader() -> (any BodyReader)?

    /// Decides what to do with a request whose body isn't JSON.
    func decide(on head: RequestHead, contentType: String) -> UploadIntake.Decision<Void>

    /// Whether POST and PUT requests have spans.
    var isTraced: Bool { get }
}

extension RouteHandler {
    func bodyReader() -> (any BodyReader)? { nil }

    func decide(on head: RequestHead, contentType: String) -> UploadIntake.Decision<Void> {
        .refuse(Answers.unsupportedType)
    }

    var isTraced: Bool { false }
}

/// An id from a path, percent-decoded.
struct PathID: Equatable {
    /// The id; nil when it is not UTF-8.
    let text: String?
    /// The parts between the path's own slashes; nil when one of them is not UTF-8.
    var segments: [String]? { several ?? text.map { [$0] } }

    private let several: [String]?

    /// An id of one segment.
    init(_ text: String?) {
        self.text = text
        several = nil
    }

    /// An id of several segments. A slash that was percent-encoded is part of one.
    init(segments: [String]?) {
        several = segments
        text = segments?.joined(separator: "/")
    }
}

/// A row in the table of routes.
final class Route {
    /// The path pattern; one segment may be a placeholder such as `{prediction_id}`.
    let path: String
    /// The accepted methods, in the order of the `allow` field.
    let methods: [HTTPMethod]
    /// The mode in which the route exists; nil for both.
    let mode: PoolSettings.Mode?
    /// Its names in the document at `/`, one for each purpose; empty if it isn't shown there.
    let names: [String]
    /// Whether the body of a POST or PUT must be JSON, or something else that the handler accepts.
    let takesJSON: Bool
    let handler: any RouteHandler
    /// What a request needs to be accepted.
    let access: RouteAccess
    /// How a request is told that it is refused before it reaches the handler.
    let refusals: RefusalForm
    /// Its number among the served routes, from 1.
    var number = 0

    /// The numbers of slashes that the placeholder may contain, as a bit set.
    private let idSlashes: UInt64
    /// The path up to the placeholder, and after it, in each way to write that; nil without a placeholder.
    private let parts: (prefix: [UInt8], suffixes: [[UInt8]])?
    private let bytes: [UInt8]

    init(
        _ path: String, _ methods: [HTTPMethod], mode: PoolSettings.Mode? = nil, names: [String] = [],
        takesJSON: Bool = false, idSegments: [Int] = [1], access: RouteAccess = .key,
        refusals: RefusalForm = .own, _ handler: any RouteHandler
    ) {
        self.path = path
        self.methods = methods
        self.mode = mode
        self.names = names
        self.takesJSON = takesJSON
        self.access = access
        self.refusals = refusals
        self.handler = handler
        idSlashes = idSegments.reduce(0) { $0 | 1 << UInt64($1 - 1) }
        bytes = Array(path.utf8)
        if let start = bytes.firstIndex(of: UInt8(ascii: "{")), let end = bytes.firstIndex(of: UInt8(ascii: "}")) {
            parts = (Array(bytes[..<start]), Self.spellings(of: Array(bytes[(end + 1)...])))
        } else {
            parts = nil
        }
    }

    /// Makes a row for a path without a placeholder, whatever it looks like.
    init(
        literal path: String, _ methods: [HTTPMethod], mode: PoolSettings.Mode? = nil, access: RouteAccess = .key,
        refusals: RefusalForm = .own, _ handler: any RouteHandler
    ) {
        self.path = path
        self.methods = methods
        self.mode = mode
        self.access = access
        self.refusals = refusals
        self.handler = handler
        (names, takesJSON, idSlashes, parts) = ([], false, 0, nil)
        bytes = Array(path.utf8)
    }

    /// Matches a path; nil if it doesn't belong to this route. Trailing slashes count.
    func match(_ path: UnsafeRawBufferPointer) -> PathMatch? {
        guard let parts else {
            return path.count == bytes.count && Self.equal(path, bytes) ? PathMatch(id: nil) : nil
        }
        let (prefix, suffixes) = parts
        guard
            let suffix = suffixes.first(where: {
                path.count > prefix.count + $0.count
                    && Self.equal(UnsafeRawBufferPointer(rebasing: path.suffix($0.count)), $0)
            }), Self.equal(path, prefix)
        else { return nil }
        let id = path[prefix.count..<path.count - suffix.count]
        let slashes = id.lazy.filter({ $0 == UInt8(ascii: "/") }).count
        guard slashes < UInt64.bitWidth, idSlashes & 1 << UInt64(slashes) != 0 else { return nil }
        guard slashes > 0 else { return PathMatch(id: PathID(Self.decoded(id))) }
        let segments = id.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Self.decoded)
        return PathMatch(id: PathID(segments: segments.contains(nil) ? nil : segments.compactMap(\.self)))
    }

    /// How clients write the end of a path: some escape its colon, which doesn't change what it means.
    private static func spellings(of suffix: [UInt8]) -> [[UInt8]] {
        guard suffix.first == UInt8(ascii: ":") else { return [suffix] }
        return [suffix] + ["%3A", "%3a"].map { Array($0.utf8) + suffix.dropFirst() }
    }

    /// The methods as an `allow` field.
    var allowed: String { methods.map(\.description).joined(separator: ",") }

    /// Whether `path`, which must not be shorter, begins with `bytes`.
    private static func equal(_ path: UnsafeRawBufferPointer, _ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { $0.isEmpty || memcmp(path.baseAddress!, $0.baseAddress!, $0.count) == 0 }
    }

    /// Percent-decoding; an invalid escape is left unchanged (RFC 3986 section 2.1 leaves that open).
    private static func decoded(_ bytes: Slice<UnsafeRawBufferPointer>) -> String? {
        var output: [UInt8] = []
        var rest = bytes[...]
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
        return String(validating: output, as: UTF8.self)
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

/// The match of a path with a route.
struct PathMatch: Equatable {
    /// The value of the placeholder, if the route has one.
    let id: PathID?
}

@available(*, unavailable)
extension Route: Sendable {}
