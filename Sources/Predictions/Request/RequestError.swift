public import JSON

/// Why a prediction was refused because of its request.
public enum RequestError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The body is not JSON.
    case malformed(JSONError)
    /// A member of the envelope has the wrong type.
    case mistyped(String)
    /// A member of the envelope has an invalid value.
    case invalid(location: [String], message: String)

    /// The HTTP status of the response.
    public var status: Int {
        switch self {
        case .malformed: 400
        case .mistyped, .invalid: 422
        }
    }

    /// For `invalid`, the body of the response, a JSON document; otherwise its `error`.
    public var description: String {
        switch self {
        case .malformed(let error):
            return "Failed to parse the request body as JSON: \(error)"
        case .mistyped(let problem):
            return "Failed to deserialize the JSON body into the target type: \(problem)"
        case .invalid(let location, let message):
            var text = Array(#"{"detail":[{"loc":["body""#.utf8)
            for name in location {
                text.append(",")
                appendJSONString(name, to: &text)
            }
            text.append(#"],"msg":"#)
            appendJSONString(message, to: &text)
            text.append(#","type":"value_error"}]}"#)
            return String(decoding: text, as: UTF8.self)
        }
    }

    /// Whether ``description`` is JSON.
    public var isJSON: Bool {
        if case .invalid = self { true } else { false }
    }
}
