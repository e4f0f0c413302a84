public import JSON

/// What the server needs from an OpenAPI document in addition to the input's schema.
public struct DocumentFacts: Equatable, Sendable {
    /// Whether the output of a prediction is an array, whatever the model returns. If it may be null, the model's
    /// result decides.
    public let outputIsArray: Bool
    /// The same for trainings.
    public let trainingOutputIsArray: Bool
    /// Whether the output of a prediction is a single file.
    public let outputIsFile: Bool
    /// The same for trainings.
    public let trainingOutputIsFile: Bool
    /// Whether clients may request an event stream.
    public let allowsStreams: Bool
    /// Whether the document describes trainings.
    public let hasTraining: Bool

    /// Reads the facts from an OpenAPI document; those it doesn't mention are false.
    public init(document: JSONValue) {
        let components = document["components"]?["schemas"]
        outputIsArray = Self.isArray(components?["Output"])
        trainingOutputIsArray = Self.isArray(components?["TrainingOutput"])
        outputIsFile = Self.isFile(components?["Output"])
        trainingOutputIsFile = Self.isFile(components?["TrainingOutput"])
        hasTraining = components?["TrainingInput"] != nil
        allowsStreams = document["paths"]?["/predictions"]?["post"]?["x-cog-streaming"]?.bool == true
    }

    /// Whether a schema describes a single file.
    public static func isFile(_ schema: JSONValue?) -> Bool {
        schema?["type"]?.string == "string" && schema?["format"]?.string == "uri"
    }

    private static func isArray(_ schema: JSONValue?) -> Bool {
        schema?["type"]?.string == "array" && schema?["nullable"]?.bool != true
    }
}
