import Foundation
import JSON
package import ModelSchema
package import Terminal
import ToolBasics

/// One prediction or training from the command line, independent of where the server runs.
package struct PredictionInvocation: Sendable {
    /// `NAME=VALUE`, in the order given.
    package var inputs: [String] = []
    /// The text of `--json`; excludes `inputs`.
    package var json: String?
    /// `--output`, empty for none.
    package var output = ""
    package var kind = ModelDocument.Kind.predictions
    /// The token for the request's context.
    package var replicateToken: String?
    /// Whether outputs of models that stream text are shown as they come.
    package var showsStream = false

    package init() {}

    /// Whether the whole answer is printed as JSON.
    package var isJSON: Bool { json != nil }

    /// Checks what can be checked without knowing the model.
    package func checkForm() throws(InputFailure) {
        if let json {
            try InputParser.checkJSON(json)
        } else {
            _ = try InputParser.pairs(inputs)
        }
    }

    /// The `input` object as JSON text, checked against the document.
    package func input(_ document: ModelDocument) throws -> String {
        try InputParser(arguments: inputs, json: json, document: document, kind: kind).text
    }

    /// Sends the request to a ready server and shows the outcome.
    package func send(
        input: String, to client: LoopbackClient, document: ModelDocument, console: Console
    ) async throws {
        let title = kind == .trainings ? "Running training..." : "Running prediction..."
        if !console.isTerminal { console.info(title) }
        let path = try OutputPath(output, isJSON: isJSON)
        if isJSON, path.isExplicit, !path.path.hasSuffix(".json") {
            console.warn("--output value does not have a .json suffix: \(path.path)")
        }
        let schema = try document.output(kind)
        let writer = OutputWriter(document: document, path: path, console: console)
        let context = replicateToken.map { "{\"replicate_api_token\": \(JSONTree.quoted($0))}" } ?? "{}"
        let id = "cog-\(UInt64.random(in: 0 ... .max))"
        let body = "{\"id\": \"\(id)\", \"input\": \(input), \"context\": \(context)}"
        let streams = showsStream && !isJSON && !path.isExplicit && kind == .predictions && document.streams(kind)
        if streams {
            return try await console.activity(title) { activity in
                try await stream(body, client, document.concatenates(schema), console, activity)
            }
        }
        let logs = LogFollower(
            client, target: "/\(kind.rawValue)/\(id)",
            hasEvents: kind == .predictions && document.streams(kind), console: console)
        let answer = try await console.activity(title) { _ in try await post(body, client, logs) }
        try show(answer, writer, schema, console)
    }

    // MARK: - Answers

    private func post(
        _ body: String, _ client: LoopbackClient, _ logs: LogFollower
    ) async throws -> JSONTree {
        let following = Task { await logs.follow() }
        let response: LoopbackClient.Response
        do {
            response = try await exchange(body, client, accept: "application/json", onBody: nil)
        } catch {
            following.cancel()
            throw error
        }
        following.cancel()
        await following.value
        let answer = try parsed(response)
        logs.finish(answer["logs"]?.string ?? "")
        return answer
    }

    private func exchange(
        _ body: String, _ client: LoopbackClient, accept: String, onBody: (@Sendable (ArraySlice<UInt8>) -> Void)?
    ) async throws -> LoopbackClient.Response {
        do {
            return try await client.send("POST", "/" + kind.rawValue, body: body, accept: accept, onBody: onBody)
        } catch {
            if Task.isCancelled { throw Interrupted() }
            throw PredictionFailure.unreachable(kind, port: client.port, error)
        }
    }

    private func parsed(_ response: LoopbackClient.Response) throws(PredictionFailure) -> JSONTree {
        let value = try? JSONTree(parsing: response.text)
        switch response.status {
        case 200..<300:
            guard let value, value.object != nil else {
                throw .notAnObject
            }
            return value
        case 422: throw .rejected(Self.rejection(value, response.text, kind))
        default:
            throw .status(kind, response.status)
        }
    }

    static func rejection(_ value: JSONTree?, _ text: String, _ kind: ModelDocument.Kind) -> String {
        let lines = (value?["detail"]?.array ?? []).compactMap { item -> String? in
            let location = item["loc"]?.array?.compactMap(\.string) ?? []
            guard location.count >= 3, let message = item["msg"]?.string else { return nil }
            return "- \(location[2]): \(message)"
        }
        guard !lines.isEmpty else {
            return "/\(kind.rawValue) call returned status 422, and there was an unexpected message in response:\n\n"
                + (value?.text(indented: true) ?? text)
        }
        return "Failed to run prediction: The inputs you passed could not be validated:\n\n"
            + lines.joined(separator: "\n")
            + "\n\nYou can provide an input with -i. For example:\n\n    cog predict -i blur=3.5\n\n"
            + "If your input is a local file, you need to prefix the path with @ to tell Cog to read the file contents. "
            + "For example:\n\n    cog predict -i path=@image.jpg"
    }

    private func show(
        _ answer: JSONTree, _ writer: OutputWriter, _ schema: JSONTree, _ console: Console
    ) throws {
        let status = answer["status"]?.string ?? "failed"
        let output = answer["output"] ?? .null
        if isJSON {
            var members: [ExactString: JSONTree] = [
                "status": .string(status), "error": .string(answer["error"]?.string ?? ""),
            ]
            members["output"] = output == .null ? .null : try writer.writeFiles(output, schema: schema).output
            members["metrics"] = answer["metrics"]
            try writer.put(JSONTree.object(members).text(indented: true))
            if status != "succeeded" { throw AlreadyReported() }
            return
        }
        guard status == "succeeded" else {
            throw PredictionFailure.failed(status: status, error: answer["error"]?.string ?? "")
        }
        try writer.show(output, schema: schema)
    }

    // MARK: - Streams

    private func stream(
        _ body: String, _ client: LoopbackClient, _ concatenates: Bool, _ console: Console, _ activity: Activity
    ) async throws {
        let reader = EventReader { event in
            switch event {
            case .chunk(let chunk):
                activity.finish()
                Console.result((chunk.string ?? chunk.text()) + (concatenates ? "" : "\n"))
            case .log(let text): console.raw(text)
            }
        }
        let response = try await exchange(body, client, accept: "text/event-stream") { reader.feed($0) }
        guard response.contentType.hasPrefix("text/event-stream") else {
            _ = try parsed(response)
            throw PredictionFailure.noStream
        }
        if concatenates { Console.result("\n") }
        guard let completed = reader.completed else {
            throw PredictionFailure.streamEnded
        }
        let status = completed["status"]?.string ?? "failed"
        guard status == "succeeded" else {
            throw PredictionFailure.failed(status: status, error: completed["error"]?.string ?? "")
        }
    }
}
