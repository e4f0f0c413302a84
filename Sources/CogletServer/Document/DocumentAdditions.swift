import JSON
import Predictions
import Workers

/// The document that clients see: the model's own, extended by what this server knows about its routes.
///
/// The model's document is the one that the original Cog makes. It is stored in images, and contains neither this
/// server's additional routes nor most responses. Nothing in it is changed.
enum DocumentAdditions {
    /// The document for clients of a server in `mode`; `document` itself if it doesn't describe predictions or
    /// trainings.
    static func extended(
        _ document: [UInt8], mode: PoolSettings.Mode, platforms: PlatformSettings = PlatformSettings()
    ) -> [UInt8] {
        // The server wrote the document, so it is readable.
        guard let base = try? JSONDocument.parsing(String(decoding: document, as: UTF8.self)).root else {
            return document
        }
        var paths: [String] = []
        var components: [String] = []
        for kind in [DocumentedKind.prediction, .training] {
            guard let path = base["paths"]?["/\(kind.noun)s"], path["post"]?.kind == .object else { continue }
            let schemas = base["components"]?["schemas"]
            let routes = DocumentedRoutes(
                kind: kind, isServed: kind.mode == mode,
                streams: kind == .prediction && path["post"]?["x-cog-streaming"]?.bool == true,
                needsInput: schemas?[kind.inputName]?["required"]?.kind == .array,
                outputIsFile: DocumentFacts.isFile(schemas?[kind.outputName]),
                form: DocumentedForm(of: schemas?[kind.inputName], for: kind))
            paths.append(routes.paths)
            components.append(routes.components)
            if kind == .prediction, routes.isServed {
                paths += [DocumentedReplicate.paths(streams: routes.streams), DocumentedFiles.paths]
                paths += DocumentedPlatforms(settings: platforms, hasOutput: schemas?[kind.outputName] != nil).paths
                components += [
                    DocumentedReplicate.components(needsInput: routes.needsInput), DocumentedFiles.components,
                    DocumentedPlatforms.components,
                ]
            }
        }
        guard !paths.isEmpty else { return document }
        paths.append(DocumentedRoutes.common)
        components.append(DocumentedAnswers.components)
        let additions =
            #"{"paths":{\#(paths.joined(separator: ","))},"components":{"schemas":{\#(components.joined(separator: ","))}}}"#
        var text: [UInt8] = []
        guard let added = try? JSONDocument.parsing(additions).root else {
            preconditionFailure("the additions to the document are JSON")
        }
        DocumentMerge.append(base, added, to: &text)
        return text
    }
}

/// What a model is run for.
enum DocumentedKind {
    case prediction, training

    var noun: String { self == .prediction ? "prediction" : "training" }
    var title: String { self == .prediction ? "Prediction" : "Training" }
    var inputName: String { self == .prediction ? "Input" : "TrainingInput" }
    var outputName: String { self == .prediction ? "Output" : "TrainingOutput" }
    var mode: PoolSettings.Mode { self == .prediction ? .predict : .train }
}
