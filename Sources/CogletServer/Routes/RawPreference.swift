import HTTPServer
import Predictions

/// Whether a client wants the file that a prediction puts out itself, rather than JSON with its address.
struct RawPreference {
    private let isAskedFor: Bool
    private let accepted: [String]

    /// Nil if the client can only mean JSON, as most do.
    init?(_ head: RequestHead, _ fields: RequestFields) {
        isAskedFor = QueryFields.asksForRaw(head.query)
        accepted = fields.accepted
        guard isAskedFor || !accepted.isEmpty else { return nil }
    }

    /// Whether a file of this type is sent as it is.
    func wants(_ type: String) -> Bool {
        isAskedFor || Preferences.prefers(type.lowercased(), over: "application/json", accepted)
    }
}
