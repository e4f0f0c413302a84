import Foundation

/// The container engine, driven through its command-line client.
///
/// Contexts, hosts, TLS and credentials are the client's own business: the environment is passed on as it is.
package struct Engine: Sendable {
    /// The client for everything but builds.
    package let client: Tool
    /// The client that can build with BuildKit; may be another executable of the same name further down PATH.
    private let builder: Tool
    /// Whether the client is podman.
    package let isPodman: Bool
    /// The major version of the engine, 0 where unknown.
    package let majorVersion: Int

    /// Finds the client and checks that its engine answers.
    ///
    /// - Parameter environment: of the process. `COG_ENGINE` is the client's name, by default `docker`.
    /// - Throws: `CogError.engine` when the engine doesn't answer.
    package static func connect(_ environment: [String: String]) async throws(CogError) -> Engine {
        let name = environment["COG_ENGINE"].flatMap { $0.isEmpty ? nil : $0 } ?? "docker"
        let isPodman = name.split(separator: "/").last == "podman"
        let client = Tool(name)
        let format = isPodman ? "{{.Version.Version}}" : "{{.ServerVersion}}"
        let answer: Tool.Answer
        do {
            answer = try await client.answer(["info", "--format", format])
        } catch {
            if error == .interrupted { throw error }
            throw .engine("error pinging docker daemon: \(error). Is \(name) installed?")
        }
        guard answer.succeeded, !answer.output.trimmingSpaces.isEmpty else {
            throw .engine("error pinging docker daemon: \(answer.error.trimmingSpaces)")
        }
        let major = answer.output.trimmingSpaces.prefix { $0.isNumber }
        return Engine(
            client: client, builder: isPodman ? client : try await findBuilder(name, environment), isPodman: isPodman,
            majorVersion: Int(major) ?? 0)
    }

    /// Newer clients build with BuildKit only through the plugin buildx; older ones do it alone.
    private static func findBuilder(_ name: String, _ environment: [String: String]) async throws(CogError) -> Tool {
        var candidates = [name]
        if !name.contains("/") {
            candidates = (environment["PATH"] ?? "").split(separator: ":").map { $0 + "/" + name }.filter {
                FileManager.default.isExecutableFile(atPath: $0)
            }
        }
        for candidate in candidates {
            let tool = Tool(candidate, environment: ["DOCKER_BUILDKIT": "1"])
            if try await tool.answer(["buildx", "version"]).succeeded { return tool }
            let version = try await tool.answer(["--version"]).output
            let major = version.drop { !$0.isNumber }.prefix { $0.isNumber }
            if let major = Int(major), major < 23 { return tool }
        }
        throw .engine(
            "this docker client can't build with BuildKit: its plugin buildx is missing. "
                + "Install docker-buildx (Debian, Ubuntu) or docker-buildx-plugin (Docker's packages).")
    }

    /// Whether builds know `COPY --link`, which came with the frontend of Docker 23.
    package var linksCopies: Bool { isPodman || majorVersion >= 23 }

    // MARK: - Images

    /// The labels of a local image; nil where there is no such image.
    package func labels(of image: String) async throws(CogError) -> [String: String]? {
        let answer = try await client.answer(["image", "inspect", "--format", "{{json .Config.Labels}}", image])
        guard answer.succeeded else { return nil }
        // An image without labels says `null`.
        let labels = (try? JSONValue(parsing: answer.output))?.object ?? [:]
        return labels.compactMapValues(\.string)
    }

    /// Pulls an image, with its progress on standard error.
    package func pull(_ image: String) async throws(CogError) -> Bool {
        try await client.show(["pull", "--platform", "linux/amd64", image]) == 0
    }

    /// Makes an image from a tar file without any layer below it.
    package func importImage(_ archive: String, as name: String) async throws(CogError) {
        let answer = try await client.answer(["import", archive, name])
        guard answer.succeeded else { throw .build("Failed to stage build files: \(answer.text)") }
    }

    /// Removes a tag, also when the task is cancelled; what can't be removed stays.
    package func removeImage(_ name: String) async { _ = await client.answerRegardless(["image", "rm", name]) }

    /// Runs a build and returns the exit status; the log goes to standard error.
    ///
    /// - Parameter progress: how the log looks; `quiet` shows failures alone.
    package func build(_ arguments: [String], progress: String) async throws(CogError) -> Int32 {
        // Quiet clients print the image's identifier on standard output, which is no result of ours.
        if progress == "quiet" { return try await builder.show(["build", "--quiet"] + arguments, output: .discarded) }
        // Podman's log has one form.
        return try await builder.show(["build"] + (isPodman ? [] : ["--progress", progress]) + arguments)
    }

    /// Pushes an image and returns its digest.
    package func push(_ image: String, quiet: Bool) async throws(CogError) -> String {
        let answer = try await client.show(["push"] + (quiet ? ["--quiet"] : []) + [image])
        guard answer == 0 else { throw .engine("failed to push image: \(image)") }
        let digests = try await client.answer([
            "image", "inspect", "--format", "{{range .RepoDigests}}{{println .}}{{end}}", image,
        ])
        let repository = (try? ImageReference(image).repository) ?? image
        let own = digests.output.split(separator: "\n").first { $0.hasPrefix(repository + "@") }
        return own.map(String.init) ?? image
    }

    // MARK: - Containers

    /// The client with the environment that a container's options ask for.
    package func client(for options: ContainerOptions) -> Tool {
        var tool = client
        for name in options.removedVariables { tool.environment[name] = .some(nil) }
        return tool
    }

    /// Asks the engine to stop a container, and to kill it three seconds later; also when the task is cancelled. Says
    /// nothing when it's gone.
    package func stop(_ container: String) async {
        _ = await client.answerRegardless(["stop", "-t", "3", container])
        await remove(container)
    }

    /// Removes a container, running or not; says nothing when it's gone.
    package func remove(_ container: String) async { _ = await client.answerRegardless(["rm", "-f", container]) }

    /// Whether an error text says that there is no GPU to give.
    package static func saysGPUMissing(_ text: String) -> Bool {
        ["could not select device driver", "nvidia-container-cli: initialization error"].contains { text.contains($0) }
    }
}
