package import ChildProcesses
import Foundation
import JSON
package import Terminal
import ToolBasics

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
    /// Where the engine listens, such as `ssh://me@far.example`.
    package let endpoint: String
    /// Whether builds tell their progress as JSON, which came with buildx 0.13.
    private let tellsJSON: Bool

    /// Finds the client and checks that its engine answers.
    ///
    /// - Parameter environment: of the process. `COG_ENGINE` is the client's name, by default `docker`.
    /// - Throws: `EngineFailure` when the engine doesn't answer.
    package static func connect(_ environment: [String: String]) async throws -> Engine {
        let client = Self.client(environment)
        let name = client.name
        let isPodman = Self.isPodman(client)
        let format = isPodman ? "{{.Version.Version}}" : "{{.ServerVersion}}"
        let answer: Tool.Answer
        do {
            answer = try await client.answer(["info", "--format", format])
        } catch {
            if error is Interrupted { throw error }
            throw EngineFailure.noClient(name, error)
        }
        guard answer.succeeded, !answer.output.trimmingSpaces.isEmpty else {
            throw EngineFailure.noAnswer(try await Self.reason(client, answer.error).trimmingSpaces)
        }
        let major = answer.output.trimmingSpaces.prefix { $0.isNumber }
        let endpoint = try await Self.endpoint(environment)
        var (builder, tellsJSON) = (client, false)
        if !isPodman { (builder, tellsJSON) = try await findBuilder(name, environment) }
        return Engine(
            client: client, builder: builder, isPodman: isPodman, majorVersion: Int(major) ?? 0,
            endpoint: endpoint, tellsJSON: tellsJSON)
    }

    /// Why the engine doesn't answer. The docker client may say no more than that its answer doesn't fit the format; then
    /// another question of it tells.
    private static func reason(_ client: Tool, _ said: String) async throws -> String {
        guard said.hasPrefix("template: ") else { return said }
        let other = try await client.answer(["version"]).error
        return other.isEmpty ? said : other
    }

    static func client(_ environment: [String: String]) -> Tool {
        Tool(environment[.engine].flatMap { $0.isEmpty ? nil : $0 } ?? "docker")
    }

    static func isPodman(_ client: Tool) -> Bool { client.name.split(separator: "/").last == "podman" }

    /// Newer clients build with BuildKit only through the plugin buildx; older ones do it alone.
    ///
    /// - Returns: the client, and whether its builds tell their progress as JSON.
    private static func findBuilder(
        _ name: String, _ environment: [String: String]
    ) async throws -> (Tool, Bool) {
        var candidates = [name]
        if !name.contains("/") {
            candidates = (environment[.path] ?? "").split(separator: ":").map { $0 + "/" + name }.filter {
                FileManager.default.isExecutableFile(atPath: $0)
            }
        }
        for candidate in candidates {
            let tool = Tool(candidate, environment: ["DOCKER_BUILDKIT": "1"])
            let plugin = try await tool.answer(["buildx", "version"])
            if plugin.succeeded { return (tool, buildxTellsJSON(plugin.output)) }
            let version = try await tool.answer(["--version"]).output
            let major = version.drop { !$0.isNumber }.prefix { $0.isNumber }
            if let major = Int(major), major < 23 { return (tool, false) }
        }
        throw EngineFailure.noBuildKit
    }

    /// `github.com/docker/buildx v0.13.1 …`; some distributions leave the letter out.
    static func buildxTellsJSON(_ text: String) -> Bool {
        let words = text.split { $0.isWhitespace }
        guard words.count > 1,
            let version = Version(String(words[1].drop { $0 == "v" }.prefix { $0.isNumber || $0 == "." }))
        else { return false }
        return (version.major, version.minor) >= (0, 13)
    }

    /// Whether builds know `COPY --link`, which came with the frontend of Docker 23.
    package var linksCopies: Bool { isPodman || majorVersion >= 23 }

    // MARK: - Images

    /// The labels of a local image; nil where there is no such image.
    package func labels(of image: String) async throws -> [String: String]? {
        let answer = try await client.answer(["image", "inspect", "--format", "{{json .Config.Labels}}", image])
        guard answer.succeeded else { return nil }
        // An image without labels says `null`.
        let labels = (try? JSONTree(parsing: answer.output))?.object ?? [:]
        return labels.reduce(into: [:]) { found, label in found[label.key.text] = label.value.string }
    }

    /// The variables of a local image, as `NAME=value`; none where there is no such image.
    package func environment(of image: String) async throws -> [String] {
        let answer = try await client.answer(["image", "inspect", "--format", "{{json .Config.Env}}", image])
        return (try? JSONTree(parsing: answer.output))?.array?.compactMap(\.string) ?? []
    }

    /// The user that containers of a local image run as; empty for root, and where there is no such image.
    package func user(of image: String) async throws -> String {
        try await client.answer(["image", "inspect", "--format", "{{.Config.User}}", image]).output.trimmingSpaces
    }

    /// The digests of an image's layers, first to last: of the local image, else as its registry has them. Empty where
    /// neither tells.
    package func layers(of image: String) async throws -> [String] {
        let local = try await client.answer(["image", "inspect", "--format", "{{json .RootFS.Layers}}", image])
        if local.succeeded, let list = (try? JSONTree(parsing: local.output))?.array {
            return list.compactMap(\.string)
        }
        let remote = try await builder.answer(["buildx", "imagetools", "inspect", "--format", "{{json .Image}}", image])
        guard remote.succeeded, let found = try? JSONTree(parsing: remote.output) else { return [] }
        // An index has one for each platform.
        let config = found["linux/amd64"] ?? found
        return (config["rootfs"]?["diff_ids"]?.array ?? []).compactMap(\.string)
    }

    /// Pulls an image, with its progress on the line of an activity.
    ///
    /// - Throws: `EngineFailure` when it can't be had.
    package func pull(_ image: String, _ activity: Activity, _ console: Console) async throws {
        let transfer = LayerTransfer(activity)
        let (status, text) = try await client.watch(
            ["pull", "--platform", "linux/amd64", image], sink: { transfer.feed($0) })
        guard status != 0 else { return }
        console.raw(transfer.messages)
        throw EngineFailure.imageNotFound(image, said: text)
    }

    /// Makes an image from a tar file without any layer below it.
    package func importImage(_ archive: String, as name: String) async throws {
        let answer = try await client.answer(["import", archive, name])
        guard answer.succeeded else { throw EngineFailure.cannotStage(answer.text) }
    }

    /// The identifier of an image, whatever its names; nil if there is no such image.
    private func identifier(of image: String) async throws -> String? {
        let answer = try await client.answer(["image", "inspect", "--format", "{{.Id}}", image])
        return answer.succeeded ? answer.output.trimmingSpaces : nil
    }

    /// Makes an image under a name. The one that bore the name before is removed unless it has others: nobody could name it
    /// any more.
    package func replacing(_ name: String, _ make: () async throws -> Void) async throws {
        let before = try await identifier(of: name)
        try await make()
        if let before, try await identifier(of: name) != before { await removeUnnamed(before) }
    }

    /// Removes an image if it has no name any more; one that a container uses stays.
    private func removeUnnamed(_ identifier: String) async {
        let names = await client.answerRegardless([
            "image", "inspect", "--format", "{{len .RepoTags}}", identifier,
        ])
        if names?.output.trimmingSpaces == "0" { await removeImage(identifier) }
    }

    /// Removes a tag, also when the task is canceled; what can't be removed stays.
    package func removeImage(_ name: String) async { _ = await client.answerRegardless(["image", "rm", name]) }

    /// Runs a build.
    ///
    /// - Parameters:
    ///   - progress: how it is shown: `auto` and `quiet` leave that to the activity and show the log when it fails; all
    ///     others are forms of the client's.
    ///   - activity: where its steps are shown.
    ///   - purpose: names the steps.
    /// - Throws: `EngineFailure` when it fails.
    package func build(
        _ arguments: [String], progress: BuildProgress, activity: Activity, purpose: @escaping StepPurpose,
        console: Console
    ) async throws {
        let view = BuildView(activity, purpose: purpose)
        let sink: (@Sendable (ArraySlice<UInt8>) -> Void)? = progress.isSummary ? { @Sendable in view.feed($0) } : nil
        let ours = tellsJSON ? BuildProgress.rawjson : .plain
        // Podman's log has one form.
        let form = isPodman ? [] : ["--progress", (progress.isSummary ? ours : progress).rawValue]
        let (status, shown) = try await builder.watch(["build"] + form + arguments, sink: sink)
        guard status != 0 else { return }
        var text = shown
        if progress.isSummary {
            text = view.log
            console.raw(text)
        }
        throw EngineFailure.buildFailed(status: status, said: text)
    }

    /// Pushes an image, with its progress on the line of an activity, and returns its digest.
    package func push(
        _ image: String, _ activity: Activity, _ console: Console
    ) async throws -> String {
        let transfer = LayerTransfer(activity)
        let (status, text) = try await client.watch(["push", image], sink: { transfer.feed($0) })
        guard status == 0 else {
            console.raw(transfer.messages)
            throw EngineFailure.pushFailed(image, said: text)
        }
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

    /// Runs Python in a new container of an image, with a project in the place of its own or without.
    package func python(
        _ arguments: [String], in image: String, project: String? = nil,
        variables: [(name: String, value: String)] = []
    ) async throws -> Tool.Answer {
        let name = "cog-describe-\(UInt64.random(in: 0 ... .max))"
        var start = ["run", "--rm", "--name", name, "--platform", "linux/amd64", "--entrypoint", "python"]
        start += ["--workdir", "/src"]
        // What Python would remember of it would belong to root.
        if let project { start += ["--volume", "\(project):/src", "--env", "PYTHONDONTWRITEBYTECODE=1"] }
        for variable in variables { start += ["--env", "\(variable.name)=\(variable.value)"] }
        let guardian = ContainerGuard(name, self)
        do {
            let answer = try await client.answer(start + [image] + arguments)
            guardian.release()
            return answer
        } catch {
            await remove(name)
            guardian.release()
            throw error
        }
    }

    /// Runs a container with our own standard streams to its end, and returns its exit status.
    package func show(_ options: ContainerOptions) async throws -> Int32 {
        let guardian = ContainerGuard(options.name, self)
        let status: Int32
        do {
            status = try await client(for: options).show(options.arguments, input: true, output: .standardOutput)
        } catch {
            await stop(options.name)
            guardian.release()
            throw error
        }
        guardian.release()
        return status
    }

    /// Asks the engine to stop a container, and to kill it three seconds later; also when the task is canceled. Says
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
