import ChildProcesses
import ContainerEngine
import Foundation
import ImagePlans
import ModelConfig
import ModelSchema
import Projects
import Terminal
import ToolBasics

/// A build whose files are staged: runs the client for one stage at a time.
struct StagedBuild: Sendable {
    let engine: Engine
    let console: Console
    let project: Project
    let request: BuildRequest
    /// Where the steps are shown.
    let activity: Activity
    let plan: BuildPlan
    let files: BuildFiles
    let dockerfile: String
    /// Whether the Dockerfile is the user's own, which has no stages of ours.
    let isCustom: Bool
    /// Whether the project is mounted when the image runs, and so need not be in it.
    let mountsProject: Bool

    /// What is found out about a model on the way to its image.
    struct Description: Sendable {
        var document: ModelDocument?
        var pipFreeze = ""
        /// As whom a container of the user's own image runs.
        var user: String?
    }

    /// What one argument of a program may have at most is 128 KiB on Linux; longer labels go into the Dockerfile.
    private static let argumentLimitBytes = 100_000
    /// A line of a Dockerfile has 64 KiB at most.
    private static let lineLimitBytes = 32_000

    /// Builds up to the stage that describes the model, and reads what it found.
    func describe() async throws -> Description {
        var description = isCustom ? try await describeCustom() : try await describeStages()
        if case .given(let document) = plan.document { description.document = document }
        if let document = description.document { try store(document) }
        return description
    }

    /// Builds the environment of a mounted project under the request's name. It knows nothing of the project's files, so
    /// an edit leaves it as it is.
    func finishEnvironment() async throws {
        try await runTagged(["--target", Dockerfile.Stage.environment.rawValue])
    }

    /// Describes a mounted project in a container of its environment: nothing of it is copied.
    func describeMounted() async throws -> Description {
        var description = Description()
        switch plan.document {
        case .given(let document): description.document = document
        case .model: description.document = try await document(of: request.tag)
        case .none: break
        }
        if let document = description.document { try store(document) }
        return description
    }

    /// Builds a stage under the request's name.
    ///
    /// - Parameter labels: for images that leave this machine.
    func finish(
        _ stage: Dockerfile.Stage, _ description: Description?, labels: [String: String] = [:]
    ) async throws {
        var arguments: [String] = []
        var text = dockerfile
        if isCustom {
            text += try await customEnding(description)
        } else {
            arguments += ["--target", stage.rawValue]
        }
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) {
            if value.utf8.count > Self.argumentLimitBytes {
                text += Self.continued("LABEL \(name)=\(Dockerfile.quoted(Self.onOneLine(value)))") + "\n"
            } else {
                arguments += ["--label", "\(name)=\(value)"]
            }
        }
        try files.write(text, to: "Dockerfile")
        try await runTagged(arguments)
    }

    // MARK: - Parts

    /// Builds under the request's name.
    private func runTagged(_ arguments: [String]) async throws {
        if let output = request.output {
            return try await run(["--tag", request.tag, "--output", output] + arguments)
        }
        try await engine.replacing(request.tag) {
            try await run(["--tag", request.tag] + arguments)
        }
    }

    private func run(_ extra: [String]) async throws {
        var arguments = ["--file", files.directory + "/Dockerfile", "--platform", "linux/amd64"]
        if engine.isPodman { arguments += ["--ignorefile", files.directory + "/Dockerfile.dockerignore"] }
        if request.noCache { arguments.append("--no-cache") }
        for secret in request.secrets { arguments += ["--secret", secret.argument] }
        if let timestamp = request.timestamp { arguments += ["--build-arg", "SOURCE_DATE_EPOCH=\(timestamp)"] }
        try await engine.build(
            arguments + extra + [project.directory], progress: request.progress, activity: activity,
            purpose: Dockerfile.purpose(of:), console: console)
    }

    private func describeStages() async throws -> Description {
        let output = files.directory + "/document"
        try await run(["--target", Dockerfile.Stage.document.rawValue, "--output", "type=local,dest=\(output)"])
        func file(_ name: String) -> String {
            // A missing file is an empty one: what must be there is checked below.
            (try? String(contentsOfFile: output + "/" + name, encoding: .utf8)) ?? ""
        }
        var description = Description(pipFreeze: file("pip_freeze.txt").trimmingSpaces)
        guard plan.document == .model else { return description }
        let error = file("error.txt").trimmingSpaces
        guard file("status").trimmingSpaces == "0" else {
            throw BuildFailure.noDescription(DescriptionFailure(error))
        }
        tellWarnings(error)
        description.document = try checked(file("openapi_schema.json"))
        return description
    }

    /// Without our stages, a container of the first image is asked.
    private func describeCustom() async throws -> Description {
        try await withUnfinishedImage { name in try await describe(image: name) }
    }

    /// Builds the user's own Dockerfile as it is.
    ///
    /// The image has a name of its own, so that nothing unfinished bears the real one.
    private func withUnfinishedImage<Result: Sendable>(
        _ body: (String) async throws -> Result
    ) async throws -> Result {
        let name = plan.filesImage.replacing("cog-build-files", with: "cog-tmp")
        let result: Result
        do {
            try await run(["--tag", name])
            result = try await body(name)
        } catch {
            await engine.removeImage(name)
            throw error
        }
        await engine.removeImage(name)
        return result
    }

    private func describe(image: String) async throws -> Description {
        var description = Description()
        let freeze = try await engine.python(["-m", "pip", "freeze"], in: image)
        guard freeze.succeeded else { throw BuildFailure.noPackageList(said: freeze.text) }
        description.pipFreeze = freeze.output.trimmingSpaces
        description.user = try await engine.user(of: image)
        if plan.document == .model { description.document = try await document(of: image) }
        return description
    }

    /// What the model's code in a container of the image says of itself.
    private func document(of image: String) async throws -> ModelDocument {
        activity.show("Describing the model")
        var command = ["-m", "cog.command.openapi_schema"]
        if isCustom, let predict = plan.config.predict { command += ["--predict", predict] }
        if isCustom, let train = plan.config.train { command += ["--train", train] }
        let answer = try await engine.python(
            command, in: image, project: mountsProject ? project.directory : nil,
            variables: plan.config.exampleVariables)
        guard answer.succeeded else { throw BuildFailure.noDescription(DescriptionFailure(answer.error)) }
        tellWarnings(answer.error.trimmingSpaces)
        return try checked(answer.output)
    }

    /// Prints the SDK's warnings about the model, except those that reading the source has already reported.
    private func tellWarnings(_ text: String) {
        let lines = text.split(separator: "\n").filter { line in
            let words = String(line).split(around: "Warning: ").last ?? ""
            return words.isEmpty || !request.toldWarnings.contains { $0.contains(words) }
        }
        if !lines.isEmpty { console.plain(lines.joined(separator: "\n")) }
    }

    /// What is added to the user's own Dockerfile, which may end as another user than root: `COPY` works for all.
    private func customEnding(_ description: Description?) async throws -> String {
        var text = dockerfile.hasSuffix("\n") ? "" : "\n"
        for variable in plan.config.serverVariables { text += "ENV \(variable.name)=\(variable.value)\n" }
        if try files.writeForOwnDockerfile(description?.document) {
            try await files.importArchive(as: plan.filesImage, engine)
        }
        if description?.document != nil {
            text += "COPY --from=\(plan.filesImage) openapi_schema.json \(Dockerfile.documentPath)\n"
        }
        if let tracing = plan.config.tracing { text += try await tracingEnding(tracing, description) }
        return text
    }

    /// Packages are installed as root, whatever user the image runs as.
    private func tracingEnding(_ tracing: Tracing, _ description: Description?) async throws -> String {
        var user = description?.user
        if user == nil {
            user = try await withUnfinishedImage { name in try await engine.user(of: name) }
        }
        // Older versions of pip don't know every option, but they ignore variables that they don't know.
        let install =
            "RUN --mount=type=cache,target=/root/.cache/pip PIP_BREAK_SYSTEM_PACKAGES=1 PIP_ROOT_USER_ACTION=ignore "
            + "PIP_DISABLE_PIP_VERSION_CHECK=1 python -m pip install --cache-dir /root/.cache/pip "
            + Tracing.packages.joined(separator: " ")
        let restored = user.flatMap { $0.isEmpty ? nil : ["USER \($0)"] } ?? []
        let lines = ["USER root", install] + Dockerfile.tracing(tracing, filesImage: plan.filesImage) + restored
        return lines.map { $0 + "\n" }.joined()
    }

    private func checked(_ text: String) throws -> ModelDocument {
        let document: ModelDocument
        do {
            // The SDK has checked its own document, and has warned of what is odd about it.
            document = try ModelDocument(text.trimmingSpaces)
        } catch {
            throw BuildFailure.unusableDocument(error)
        }
        try project.checkExamples(document)
        return document
    }

    /// Keeps the document beside the project, where the server reads it through the mount.
    private func store(_ document: ModelDocument) throws(FileFailure) {
        let path = project.stateDirectory + "/openapi_schema.json"
        do {
            try document.text.write(toFile: path, atomically: true, encoding: .utf8)
        } catch {
            throw .cannotWrite(path, error)
        }
    }

    // MARK: - Texts

    /// JSON text without the line ends and the indentation between its tokens; inside of strings there are none.
    static func onOneLine(_ text: String) -> String { text.replacing(/\n[ \t]*/, with: "") }

    /// A long instruction on several lines. A line may neither end within an escape nor begin like a comment, and its
    /// leading white space would be lost: every line but the first begins with a letter.
    static func continued(_ instruction: String) -> String {
        var lines: [Substring.UTF8View] = []
        var rest = instruction[...].utf8
        while rest.count > lineLimitBytes {
            let limit = rest.index(rest.startIndex, offsetBy: lineLimitBytes)
            let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
            let isBreak = { (index: Substring.Index) in
                letters.contains(rest[index]) && rest[rest.index(before: index)] != UInt8(ascii: "\\")
            }
            guard let end = rest[limit...].indices.first(where: isBreak) else { break }
            lines.append(rest[..<end])
            rest = rest[end...]
        }
        return (lines + [rest]).map { String(Substring($0)) }.joined(separator: "\\\n")
    }
}
