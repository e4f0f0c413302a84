public import JSON

/// The envelope of a prediction as a client sends it: `{"id", "input", "context", "webhook", "webhook_events_filter"}`.
///
/// Other members are ignored. The input is not looked at here.
public struct PredictionRequest {
    /// What a webhook can be sent for.
    public enum Event: String, CaseIterable, Sendable {
        case start, output, logs, completed
    }

    /// The longest id, in bytes of UTF-8.
    public static let idLimitBytes = 255

    /// The id the client chose.
    public var id: String?
    /// The input; nil when it is missing or null, which means an empty object.
    public var input: JSONValue?
    /// Given to the model as `current_scope().context`.
    public var context: [(key: String, value: String)] = []
    /// Where to send webhooks.
    public var webhook: String?
    /// The events that a webhook is wanted for.
    public var webhookEvents: Set<Event> = Set(Event.allCases)

    /// A request without a body.
    public init() {}

    /// Reads the envelope.
    ///
    /// - Throws: ``RequestError`` naming the member that is wrong.
    public init(reading document: JSONDocument) throws(RequestError) {
        let root = document.root
        guard root.kind == .object else {
            throw .mistyped("invalid type: \(Self.name(of: root)), expected struct PredictionRequest")
        }
        let known = ["id", "input", "context", "webhook", "webhook_events_filter"]
        if let repeated = document.repeatedOuterKeys.first(where: known.contains) {
            throw .mistyped("duplicate field `\(repeated)`")
        }
        id = try Self.optionalString(root["id"], "id")
        input = root["input"].flatMap { $0.kind == .null ? nil : $0 }
        webhook = try Self.optionalString(root["webhook"], "webhook")
        if let value = root["context"] { context = try Self.context(value) }
        if let value = root["webhook_events_filter"] { webhookEvents = try Self.events(value) }
        if let id { try Self.check(id: id) }
    }

    /// Refuses ids that can't be used: longer than ``idLimitBytes``, or with a NUL.
    public static func check(id: String) throws(RequestError) {
        guard id.utf8.count <= idLimitBytes else {
            throw .invalid(location: ["id"], message: "prediction ID must be at most \(idLimitBytes) bytes long")
        }
        guard !id.utf8.contains(0) else {
            throw .invalid(location: ["id"], message: "prediction ID must not contain a NUL character")
        }
    }

    // MARK: - Members

    private static func optionalString(_ value: JSONValue?, _ path: String) throws(RequestError) -> String? {
        guard let value, value.kind != .null else { return nil }
        return try string(value, path)
    }

    private static func string(_ value: JSONValue, _ path: String) throws(RequestError) -> String {
        guard let string = value.string else {
            throw .mistyped("\(path): invalid type: \(name(of: value)), expected a string")
        }
        return string
    }

    private static func context(_ value: JSONValue) throws(RequestError) -> [(key: String, value: String)] {
        guard value.kind == .object else {
            throw .mistyped("context: invalid type: \(name(of: value)), expected a map")
        }
        var context: [(key: String, value: String)] = []
        try value.forEachMember { (key, member) throws(RequestError) in
            context.append((key, try string(member, "context.\(key)")))
        }
        return context
    }

    private static func events(_ value: JSONValue) throws(RequestError) -> Set<Event> {
        guard value.kind == .array else {
            throw .mistyped("webhook_events_filter: invalid type: \(name(of: value)), expected a sequence")
        }
        var events: Set<Event> = []
        for index in 0..<value.count {
            let path = "webhook_events_filter[\(index)]"
            let word = try string(value[index], path)
            guard let event = Event(rawValue: word) else {
                throw .mistyped(
                    "\(path): unknown variant `\(word)`, expected one of `start`, `output`, `logs`, `completed`")
            }
            events.insert(event)
        }
        return events
    }

    /// A value as error texts speak of it.
    private static func name(of value: JSONValue) -> String {
        switch value.kind {
        case .null: "null"
        case .boolean: "boolean `\(value.text())`"
        case .integer: "integer `\(value.text())`"
        case .number: "floating point `\(value.text())`"
        case .string: "string \(value.text())"
        case .array: "sequence"
        case .object: "map"
        }
    }
}

@available(*, unavailable)
extension PredictionRequest: Sendable {}
