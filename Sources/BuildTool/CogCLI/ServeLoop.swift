import ModelServers
import PredictionClient
import Projects
import Terminal
import ToolBasics

/// Keeps a model served: starts its server, says where it answers, and with `--reload` starts it again when a source
/// changes. While the code is broken, this program answers on the port with the reason.
struct ServeLoop {
    let session: Session
    let host: String
    let port: Int
    /// The name of the configuration file.
    let file: String
    let reloads: Bool
    /// Starts the server of a project; the flag tells the first time.
    let start: (Project, Bool) async throws -> ModelServer
    /// Called once, when the model is ready for the first time.
    var whenReady: (() async -> Void)?

    /// Why a server is not left running.
    private enum End {
        case changed
        /// The model's setup failed with these logs.
        case broken(String)
    }

    private static let pause = Duration.milliseconds(200)

    /// Serves until the task is canceled or the server ends.
    func run(_ first: Project) async throws {
        var project = first
        var watch = SourceWatch(first)
        var isFirst = true
        var isAnnounced = false
        var whenReady = whenReady
        while true {
            do {
                let server = try await start(project, isFirst)
                do {
                    try await answering(server)
                    if !isAnnounced {
                        session.console.info("Serving at \(session.console.bold(ServeCommand.url(host, port)))")
                    }
                    isAnnounced = true
                    let end = try await follow(server, watch, &whenReady)
                    await server.stop()
                    if case .broken(let logs) = end { try await answerBroken(logs, watch) }
                } catch {
                    await server.stop()
                    throw error
                }
            } catch let failure as any CommandFailure where reloads && !isFirst && failure.isRepairedByEdit {
                session.console.error(failure.report)
                try await answerBroken(failure.report, watch)
            }
            isFirst = false
            session.console.info("A source file changed, restarting...")
            (project, watch) = try await reloaded(project)
        }
    }

    /// The project as it is now, and what notices later changes. Reports a wrong configuration and waits for an edit.
    private func reloaded(_ project: Project) async throws -> (Project, SourceWatch) {
        while true {
            let watch = SourceWatch(project)
            do {
                return (try session.loadProject(file), watch)
            } catch let failure as any CommandFailure {
                session.console.error(failure.report)
                try await answerBroken(failure.report, watch)
            }
        }
    }

    /// Waits until the server answers.
    private func answering(_ server: ModelServer) async throws {
        try await session.console.activity("Starting the server...") { _ in
            while try await !server.answers(host, port) {
                try await Self.checkRuns(server)
                try await Self.rest()
            }
        }
    }

    /// Looks after a server that answers.
    private func follow(
        _ server: ModelServer, _ watch: SourceWatch, _ whenReady: inout (() async -> Void)?
    ) async throws -> End {
        var isSettled = !reloads && whenReady == nil
        while true {
            try await Self.checkRuns(server)
            if reloads, watch.isChanged { return .changed }
            if !isSettled, let setup = await SetupState.of(port) {
                isSettled = true
                switch setup {
                case .failed(let logs): if reloads { return .broken(logs) }
                case .succeeded:
                    await whenReady?()
                    whenReady = nil
                }
            }
            try await Self.rest()
        }
    }

    /// Throws if the server has ended. Others may have asked it to, such as `docker stop`, even before it was seen to
    /// answer: that is an interrupt, not a failure.
    private static func checkRuns(_ server: ModelServer) async throws {
        guard let status = try await server.exitStatus() else { return }
        if server.isOrderly(status) { throw Interrupted() }
        throw server.failure(status)
    }

    /// Answers on the port with the reason, until a source changes.
    private func answerBroken(_ reason: String, _ watch: SourceWatch) async throws {
        let placeholder = BrokenModelServer(host: host, port: port, reason: reason)
        defer { placeholder.close() }
        while !watch.isChanged { try await Self.rest() }
    }

    private static func rest() async throws {
        do {
            try await Task.sleep(for: pause)
        } catch {
            throw Interrupted()
        }
    }
}
