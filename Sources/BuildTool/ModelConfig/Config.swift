package import JSON
import ToolBasics

/// What `cog.yaml` says.
package struct Config: Equatable, Sendable {
    /// How the image is made.
    package var build = Build()
    /// The image name for build and push.
    package var image: String?
    /// The bare repository that `COG_MODEL*` may complete.
    package var model: String?
    /// `file.py:Name` for predictions, from `run` or its older name `predict`.
    package var predict: String?
    /// `file.py:Name` for trainings.
    package var train: String?
    /// How many predictions run at a time.
    package var concurrency = Concurrency()
    /// How many seconds a prediction may take, as written; nil where the file says nothing.
    package var predictTimeout: String?
    /// `NAME=VALUE` entries for the image, in file order.
    package var environment: [String] = []
    /// What the running model reports; nil where the file says nothing.
    package var observability: Observability?
    /// Whole inputs that people may start from, each an object; see ``ExampleCheck``.
    package var examples: [JSONTree] = []
    /// Declared weights: checked and recorded in the image's label, never imported.
    package var weights: [Weight] = []

    package init() {}

    /// What the file says about serving, as environment variables of the server.
    package var serverVariables: [(name: String, value: String)] {
        var variables: [(name: String, value: String)] = []
        if let maxConcurrency = concurrency.max { variables.append(("COG_MAX_CONCURRENCY", String(maxConcurrency))) }
        if let workers = concurrency.workers { variables.append(("COG_WORKERS", workers)) }
        if let workerStart = concurrency.start { variables.append(("COG_WORKER_START", workerStart)) }
        if let predictTimeout { variables.append(("COG_PREDICTION_TIMEOUT", predictTimeout)) }
        return variables
    }

    /// The examples as a variable of the program that makes the model's document. Images don't have it.
    package var exampleVariables: [(name: String, value: String)] {
        guard !examples.isEmpty else { return [] }
        // BuildKit would take "<<" for the beginning of a document.
        return [("COG_EXAMPLES", JSONTree.array(examples).text().replacing("<", with: "\\u003c"))]
    }

    /// The mapping `concurrency`; each value is nil where the file says nothing.
    package struct Concurrency: Equatable, Sendable {
        /// The most predictions that a worker runs at a time.
        package var max: Int?
        /// How many processes run the model: a number or `auto`.
        package var workers: String?
        /// How those processes come into being.
        package var start: String?

        package init() {}

        /// The ways to start workers.
        static let starts = ["spawn", "fork", "fork-after-import"]
    }

    /// The mapping `build`.
    package struct Build: Equatable, Sendable {
        package var gpu = false
        /// `X.Y` or `X.Y.Z` as written.
        package var pythonVersion: String?
        /// Path of the requirements file, relative to the project or absolute.
        package var pythonRequirements: String?
        package var pythonPackages: [String] = []
        package var systemPackages: [String] = []
        package var run: [RunStep] = []
        package var preInstall: [String] = []
        package var cuda: String?
        package var cudnn: String?
        package var sdkVersion: String?
        /// The size above which a file gets a layer of its own, as written: `50MB`, `2 GiB`, a number of bytes, or
        /// `false` for never.
        package var largeFiles: String?

        package init() {}

        /// What counts as large if the configuration doesn't say.
        private static let usualLargeFilesBytes = 50_000_000

        /// That size in bytes; nil for never.
        package var largeFilesBytes: Int? {
            guard let largeFiles else { return Self.usualLargeFilesBytes }
            return ByteSize(largeFiles)?.bytes
        }

        /// All steps after the packages: those of the older key `pre_install` come last.
        package var steps: [RunStep] { run + preInstall.map { RunStep(command: $0) } }

        /// Whether a step calls `uv` or `uvx`.
        package var usesUV: Bool {
            steps.contains { step in
                step.command.split { !($0.isLetter || $0.isNumber || "-_./".contains($0)) }.contains {
                    $0 == "uv" || $0 == "uvx"
                }
            }
        }
    }

    /// An entry of `build.run`.
    package struct RunStep: Equatable, Sendable {
        package var command: String
        package var mounts: [Mount] = []

        package init(command: String, mounts: [Mount] = []) {
            self.command = command
            self.mounts = mounts
        }
    }

    /// An entry of `build.run[].mounts`; types other than `secret` have no effect.
    package struct Mount: Equatable, Sendable {
        package var type: String
        package var id: String
        package var target: String

        package init(type: String, id: String, target: String) {
            self.type = type
            self.id = id
            self.target = target
        }
    }

    /// An entry of `weights`.
    package struct Weight: Equatable, Sendable {
        package var name: String?
        package var target: String?
        package var sources: [Source] = []

        /// A place that weights come from, and which of its files.
        package struct Source: Equatable, Sendable {
            package var uri: String?
            package var include: [String] = []
            package var exclude: [String] = []
        }
    }
}
