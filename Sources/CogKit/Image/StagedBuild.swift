import Foundation

/// A build whose files are staged: runs the client for one stage at a time.
struct StagedBuild: Sendable {
    let engine: Engine
    let console: Console
    let project: Project
    let request: BuildRequest
    let directory: String
    let dockerfile: String
    let config: Config
    /// Whether the Dockerfile is the user's own, which has no stages of ours.
    let isCustom: Bool

    /// What the model says about itself.
    struct Description: Sendable {
        var document: ModelDocument?
        var pipFreeze = ""
    }

    /// What one argument of a program may have at most is 128 KiB on Linux; longer labels go into the Dockerfile.
    private static let argumentLimitBytes = 100_000

    /// Builds up to the stage that describes the model, and reads what it found.
    func describe() async throws(CogError) -> Description {
        let given = try givenDocument()
        if isCustom { return try await describeCustom(given) }
        let output = directory + "/document"
        try await run(["--target", Dockerfile.Stage.document.rawValue, "--output", "type=local,dest=\(output)"])
        func file(_ name: String) -> String {
            // A missing file is an empty one: what must be there is checked below.
            (try? String(contentsOfFile: output + "/" + name, encoding: .utf8)) ?? ""
        }
        var description = Description(document: given, pipFreeze: file("pip_freeze.txt").trimmingSpaces)
        if given == nil, !request.skipsSchema {
            let error = file("error.txt").trimmingSpaces
            guard file("status").trimmingSpaces == "0" else {
                throw .build("image build failed: " + Self.reason(error))
            }
            if !error.isEmpty { console.plain(error) }
            description.document = try checked(file("openapi_schema.json"))
        }
        try store(description.document)
        return description
    }

    /// Builds a stage under the request's name, with labels and document for the finished image.
    func finish(_ stage: Dockerfile.Stage, description: Description?) async throws(CogError) {
        var arguments = ["--tag", request.tag]
        guard let description else {
            return try await run((isCustom ? [] : ["--target", stage.rawValue]) + arguments)
        }
        var text = isCustom ? dockerfile + "\nRUN mkdir -p /src/.cog\n" : dockerfile
        if let max = config.maxConcurrency, isCustom { text += "ENV COG_MAX_CONCURRENCY=\(max)\n" }
        if let document = description.document {
            // The document goes in by a label and a file; both are written from the same bytes.
            let encoded = Data(document.text.utf8).base64EncodedString()
            if isCustom {
                text += "RUN echo \(encoded) | base64 -d > /src/.cog/openapi_schema.json\n"
            } else if try givenDocument() == nil {
                text += "COPY --from=cog_describe /cog_document/openapi_schema.json /src/.cog/openapi_schema.json\n"
            } else {
                text += "RUN mkdir -p /src/.cog && echo \(encoded) | base64 -d > /src/.cog/openapi_schema.json\n"
            }
        }
        for (name, value) in try await labels(description).sorted(by: { $0.key < $1.key }) {
            if value.utf8.count > Self.argumentLimitBytes, !value.contains("\n") {
                text += "LABEL \(name)=\(Dockerfile.quoted(value))\n"
            } else {
                arguments += ["--label", "\(name)=\(value)"]
            }
        }
        do {
            try text.write(toFile: directory + "/Dockerfile", atomically: false, encoding: .utf8)
        } catch {
            throw .build("can't write \(directory)/Dockerfile: \(error.localizedDescription)")
        }
        do {
            try await run(isCustom ? arguments : ["--target", stage.rawValue] + arguments)
        } catch .build(let reason) {
            throw .build("Failed to add labels to image: \(reason)")
        }
    }

    // MARK: - Parts

    private func run(_ extra: [String]) async throws(CogError) {
        var arguments = ["--file", directory + "/Dockerfile"]
        if engine.isPodman {
            arguments += ["--ignorefile", directory + "/Dockerfile.dockerignore"]
        } else {
            arguments += ["--progress", request.progress == "quiet" ? "plain" : request.progress]
        }
        arguments += ["--platform", "linux/amd64"]
        if request.progress == "quiet" { arguments.append("--quiet") }
        if request.noCache { arguments.append("--no-cache") }
        for secret in request.secrets { arguments += ["--secret", secret.argument] }
        if let timestamp = request.timestamp { arguments += ["--build-arg", "SOURCE_DATE_EPOCH=\(timestamp)"] }
        let status = try await engine.build(arguments + extra + [project.directory])
        guard status == 0 else {
            throw .build("Failed to build Docker image: the build ended with status \(status), its log is above")
        }
    }

    /// Without our stages, a container of the first image is asked.
    private func describeCustom(_ given: ModelDocument?) async throws(CogError) -> Description {
        try await run(["--tag", request.tag])
        var description = Description(document: given)
        let client = engine.client
        let start = ["run", "--rm", "--platform", "linux/amd64", "--entrypoint", "python", "--workdir", "/src"]
        let freeze = try await client.answer(start + [request.tag, "-m", "pip", "freeze"])
        guard freeze.succeeded else { throw .build("Failed to generate pip freeze from image: \(freeze.text)") }
        description.pipFreeze = freeze.output.trimmingSpaces
        if given == nil, !request.skipsSchema {
            var references: [String] = []
            if let predict = config.predict { references += ["--predict", predict] }
            if let train = config.train { references += ["--train", train] }
            let answer = try await client.answer(
                start + [request.tag, "-m", "cog.command.openapi_schema"] + references)
            guard answer.succeeded else { throw .build("image build failed: " + Self.reason(answer.error)) }
            description.document = try checked(answer.output)
        }
        try store(description.document)
        return description
    }

    /// A ready document: `COG_OPENAPI_SCHEMA`, then `--openapi-schema`.
    private func givenDocument() throws(CogError) -> ModelDocument? {
        try ModelDocument.given(request.schemaFile, ProcessInfo.processInfo.environment)
    }

    private func checked(_ text: String) throws(CogError) -> ModelDocument {
        do {
            let document = try ModelDocument(text.trimmingSpaces)
            try document.validateDefaults()
            return document
        } catch {
            throw .build("image build failed: \(error)")
        }
    }

    /// Keeps the document beside the project, where the server reads it through the mount.
    private func store(_ document: ModelDocument?) throws(CogError) {
        guard let document else { return }
        do {
            try document.text.write(
                toFile: project.stateDirectory + "/openapi_schema.json", atomically: true, encoding: .utf8)
        } catch {
            throw .files("can't write \(project.stateDirectory)/openapi_schema.json: \(error.localizedDescription)")
        }
    }

    private func labels(_ description: Description) async throws(CogError) -> [String: String] {
        var labels = [
            "run.cog.version": ProgramVersion.current,
            "run.cog.config": ImageLabels.config(config),
            "run.cog.openapi_schema": description.document?.text ?? "",
            "run.cog.pip_freeze": description.pipFreeze,
            "run.cog.has_init": "true",
        ]
        let environment = ProcessInfo.processInfo.environment
        let git = Tool("git", directory: project.directory)
        if let sha = environment["GITHUB_SHA"], !sha.isEmpty {
            labels["org.opencontainers.image.revision"] = sha
        } else if let sha = await Self.quick(git, ["rev-parse", "HEAD"]) {
            labels["org.opencontainers.image.revision"] = sha
        }
        if let name = environment["GITHUB_REF_NAME"], !name.isEmpty {
            labels["org.opencontainers.image.version"] = name
        } else if let version = await Self.quick(git, ["describe", "--tags", "--dirty"]) {
            labels["org.opencontainers.image.version"] = version
        }
        return labels.merging(request.labels) { $1 }
    }

    /// A program's output if it comes within three seconds; its failure never fails a build.
    private static func quick(_ tool: Tool, _ arguments: [String]) async -> String? {
        await withTaskGroup(of: String?.self) { group in
            group.addTask {
                guard let answer = try? await tool.answer(arguments), answer.succeeded else { return nil }
                return answer.output.trimmingSpaces
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(3))
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// The last line of a failed description says what it is; a traceback above it says where.
    private static func reason(_ text: String) -> String {
        guard let range = text.firstRange(of: "ERROR: ", last: true) else { return text }
        let before = text[..<range.lowerBound].trimmingSpaces
        let message = String(text[range.upperBound...])
        return before.isEmpty ? message : "\(message)\n\(before)"
    }
}

extension String {
    fileprivate func firstRange(of text: String, last: Bool) -> Range<String.Index>? {
        ranges(of: text).last
    }
}
