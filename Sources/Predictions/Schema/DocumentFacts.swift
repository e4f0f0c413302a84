public import JSON

/// What the server wants to know of an OpenAPI document apart from the input's schema.
public struct DocumentFacts: Equatable, Sendable {
    /// The output of a prediction is an array, whatever the model gives. Where it may be null, what the model gives decides.
    public let outputIsArray: Bool
    /// The same for trainings.
    public let trainingOutputIsArray: Bool
    /// Clients may ask for an event stream.
    public let allowsStreams: Bool
    /// The document describes trainings.
    public let hasTraining: Bool

    /// Reads the facts from an OpenAPI document; what it doesn't say is false.
    public init(document: JSONValue) {
        let components = document["components"]?["schemas"]
        outputIsArray = Self.isArray(components?["Output"])
        trainingOutputIsArray = Self.isArray(components?["TrainingOutput"])
        hasTraining = components?["TrainingInput"] != nil
        allowsStreams = document["paths"]?["/predictions"]?["post"]?["x-cog-streaming"]?.bool == true
    }

    private static func isArray(_ schema: JSONValue?) -> Bool {
        schema?["type"]?.string == "array" && schema?["nullable"]?.bool != true
    }
}
