/// Where a request to the playground leads.
enum PlaygroundRoute: Equatable, Sendable {
    /// The page itself.
    case page
    /// What the page has to know.
    case config
    /// Passed on to the target; the path below it, still escaped.
    case proxy(path: String)
    /// What a model's server reports, for whoever listens to the token; nil for what can't be one.
    case webhook(token: String?)
    /// The reports for a token.
    case events
    /// Nowhere.
    case none

    /// How long a token may be.
    static let tokenLimit = 128

    /// The route of a path, which is still escaped.
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

    /// A text that can name who listens; nil otherwise. It stands in an address as it is.
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

    /// The methods that it takes, as an `allow` field lists them.
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
