/// The route of a request to the playground.
enum PlaygroundRoute: Equatable, Sendable {
    /// The page itself.
    case page
    /// The page's configuration.
    case config
    /// Forwarded to the target; the path below it, still escaped.
    case proxy(path: String)
    /// Webhooks from a model server, for the page that listens to the token; nil if the token is invalid.
    case webhook(token: String?)
    /// The events for a token.
    case events
    /// Not found.
    case none

    /// The maximum length of a token.
    static let tokenLimit = 128

    /// Makes the route for a path, which is still escaped.
    init(path: String) {
        self =
            switch path {
            case "/", "/docs": .page
            case "/config": .config
            case "/events": .events
            default:
                if path.hasPrefix("/proxy/") {
                    .proxy(path: String(path.dropFirst("/proxy/".count)))
                } else if path.hasPrefix("/webhook/") {
                    .webhook(token: Self.token(path.dropFirst("/webhook/".count)))
                } else {
                    .none
                }
            }
    }

    /// A text that is valid as a token, nil otherwise. It appears in a URL without escapes.
    static func token(_ text: some StringProtocol) -> String? {
        let isToken =
            (1...tokenLimit).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                    UInt8(ascii: "~"):
                    true
                default: false
                }
            }
        return isToken ? String(text) : nil
    }

    /// The accepted methods, as an `allow` field lists them.
    var methods: String {
        switch self {
        case .page, .config: "GET,HEAD"
        case .events: "GET"
        case .proxy: "GET,POST,PUT"
        case .webhook: "POST"
        case .none: ""
        }
    }

    /// The token in a query such as `token=abc`; nil if there is none.
    static func token(query: String?) -> String? {
        let parts = (query ?? "").split(separator: "&").filter { $0.hasPrefix("token=") }
        guard parts.count == 1, let part = parts.first else { return nil }
        return token(part.dropFirst("token=".count))
    }
}
