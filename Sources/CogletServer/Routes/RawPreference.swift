import HTTPServer
import Predictions

/// Whether a client wants the output file itself instead of JSON with its URL.
struct RawPreference {
    private let isAskedFor: Bool
    private let accepted: [String]

    /// Nil if the client can only mean JSON, as most do.
    init?(_ head: RequestHead, _ fields: RequestFields) {
        isAskedFor = QueryFields.asksForRaw(head.query)
        accepted = fields.accepted
        guard isAskedFor || !accepted.isEmpty else { return nil }
    }

    /// Whether to send a file of this type unchanged.
    func wants(_ type: String) -> Bool {
        isAskedFor || Preferences.prefers(type.lowercased(), over: "application/json", accepted)
    }
}
