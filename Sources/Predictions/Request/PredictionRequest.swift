public import JSON

/// The envelope of a prediction, as sent by a client: `{"id", "input", "context", "webhook", "webhook_events_filter"}`.
///
/// Other members are ignored. The input isn't examined here.
public struct PredictionRequest: Sendable {
    /// A member of the envelope.
    public enum Member: Int, CaseIterable, Sendable {
        case id, input, context, webhook, webhookEventsFilter

        /// The member's name in JSON.
        public var name: String { self == .webhookEventsFilter ? "webhook_events_filter" : "\(self)" }
    }

    /// The events that webhooks can be sent for.
    public enum Event: String, CaseIterable, Sendable {
        case start, output, logs, completed
    }

    /// An error message shows only the beginning of a longer value.
    private static let shownBytes = 256 << 10
    /// The longest id, in bytes of UTF-8.
    public static let idLimitBytes = 255

    /// The id that the client chose.
    public var id: String?
    /// The input; nil if it is missing or null, which means an empty object.
    public var input: JSONValue?
    /// An object of strings that the model gets as `current_scope().context`.
    public var context: JSONValue?
    /// The URL for webhooks.
    public var webhook: String?
    /// The events to send webhooks for.
    public var webhookEvents = allEvents

    private static let allEvents = Set(Event.allCases)

    /// Makes the envelope of a request without a body.
    public init() {}

    /// Reads the envelope of a body that was scanned completely.
    ///
    /// - Throws: ``RequestError``, which names the invalid member.
    public init(reading body: JSONDocument, _ scan: RequestScan) throws(RequestError) {
        let root = scan.root(in: body)
        guard root.kind == .object else {
            throw .mistyped("invalid type: \(Self.name(of: root)), expected struct PredictionRequest")
        }
        if scan.hasRepeatedMembers, let repeated = Member.allCases.first(where: scan.isRepeated) {
            throw .mistyped("duplicate field `\(repeated.name)`")
        }
        func value(_ member: Member) -> JSONValue? { scan.range(of: member).map(body.value) }
        id = try Self.optionalString(value(.id), "id")
        input = value(.input).flatMap { $0.kind == .null ? nil : $0 }
        webhook = try Self.optionalString(value(.webhook), "webhook")
        if let value = value(.context) { context = try Self.context(value) }
        if let value = value(.webhookEventsFilter) { webhookEvents = try Self.events(value) }
        if let id { try Self.check(id: id) }
    }

    /// Refuses unusable ids: those longer than ``idLimitBytes`` or containing NUL.
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

    private static func context(_ value: JSONValue) throws(RequestError) -> JSONValue {
        guard value.kind == .object else {
            throw .mistyped("context: invalid type: \(name(of: value)), expected a map")
        }
        try value.forEachMember { (key, member) throws(RequestError) in
            if member.kind != .string { _ = try string(member, "context.\(key)") }
        }
        return value
    }

    private static func events(_ value: JSONValue) throws(RequestError) -> Set<Event> {
        guard value.kind == .array else {
            throw .mistyped("webhook_events_filter: invalid type: \(name(of: value)), expected a sequence")
        }
        var events: Set<Event> = []
        var index = 0
        try value.forEachElement { (element) throws(RequestError) in
            let path = "webhook_events_filter[\(index)]"
            let word = try string(element, path)
            index += 1
            guard let event = Event(rawValue: word) else {
                throw .mistyped(
                    "\(path): unknown variant `\(word)`, expected one of `start`, `output`, `logs`, `completed`")
            }
            events.insert(event)
        }
        return events
    }

    /// A value in the wording of error messages.
    private static func name(of value: JSONValue) -> String {
        switch value.kind {
        case .null: "null"
        case .boolean: "boolean `\(value.text())`"
        case .integer: "integer `\(value.text())`"
        case .number: "floating point `\(value.text(limitBytes: shownBytes))`"
        case .string: "string \(value.text(limitBytes: shownBytes))"
        case .array: "sequence"
        case .object: "map"
        }
    }
}
