public import JSON

/// What the server wants to know of an OpenAPI document apart from the input's schema.
public struct DocumentFacts: Equatable, Sendable {
    /// The output of a prediction is an array, whatever the model gives. Where it may be null, what the model gives decides.
    public let outputIsArray: Bool
    /// The same for trainings.
    public let trainingOutputIsArray: Bool
    /// The output of a prediction is one file.
    public let outputIsFile: Bool
    /// The same for trainings.
    public let trainingOutputIsFile: Bool
    /// Clients may ask for an event stream.
    public let allowsStreams: Bool
    /// The document describes trainings.
    public let hasTraining: Bool

    /// Reads the facts from an OpenAPI document; what it doesn't say is false.
    public init(document: JSONValue) {
        let components = document["components"]?["schemas"]
        outputIsArray = Self.isArray(components?["Output"])
        trainingOutputIsArray = Self.isArray(components?["TrainingOutput"])
        outputIsFile = Self.isFile(components?["Output"])
        trainingOutputIsFile = Self.isFile(components?["TrainingOutput"])
        hasTraining = components?["TrainingInput"] != nil
        allowsStreams = document["paths"]?["/predictions"]?["post"]?["x-cog-streaming"]?.bool == true
    }

    /// Whether a schema is that of one file.
    public static func isFile(_ schema: JSONValue?) -> Bool {
        schema?["type"]?.string == "string" && schema?["format"]?.string == "uri"
    }

    private static func isArray(_ schema: JSONValue?) -> Bool {
        schema?["type"]?.string == "array" && schema?["nullable"]?.bool != true
    }
}
