package import ModelSchema
package import ToolBasics

/// A project that can't be used for what was asked.
package enum ProjectFailure: CommandFailure, Equatable {
    /// The current directory was removed.
    case noDirectory
    /// The configuration, by the name that was given, and what is there instead of a file. The directory is the one from
    /// which it was looked for upwards.
    case notFound(String, from: String?, obstacle: String?)
    case notText(String)
    /// What the configuration should name; `other` is what it names instead.
    case noEntry(ModelDocument.Kind, config: String, other: ModelDocument.Kind?)
    /// `--tag`, and a name that would do.
    case invalidTag(String, ImageReference.Problem, example: String)

    package var isRepairedByEdit: Bool {
        switch self {
        case .noDirectory, .invalidTag: false
        case .notFound, .notText, .noEntry: true
        }
    }

    package var description: String {
        switch self {
        case .noDirectory: "the current directory no longer exists: change to another one"
        case .notFound(let name, nil, let obstacle): "\(name) \(obstacle ?? "not found")"
        case .notFound(let name, let start?, let obstacle):
            "\(name) not found in \(start) (or in any parent directories)"
                + (obstacle.map { ": \(name) \($0)" } ?? "")
        case .notText(let name): "failed to parse \(name): invalid YAML: the file can't be read as UTF-8 text"
        case .noEntry(let kind, let config, let other):
            Self.missing(config, other) + ": add "
                + (kind == .trainings ? "train: \"train.py:train\"" : "run: \"run.py:Runner\"")
                + ", the file and what to call in it"
        case .invalidTag(let tag, let problem, let example):
            "invalid --tag \"\(tag)\": \(problem). Write a name such as \(example)"
        }
    }

    private static func missing(_ config: String, _ other: ModelDocument.Kind?) -> String {
        switch other {
        case .predictions: "\(config) names no training"
        case .trainings: "\(config) doesn't name a model for predictions"
        case nil: "no predict or train reference found in \(config)"
        }
    }
}
