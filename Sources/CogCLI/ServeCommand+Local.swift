import CogKit

/// `cog serve --local`: the server as a child process, without containers.
extension ServeCommand {
    /// Serves until Ctrl-C; with `--reload` starts again when a source changes.
    func serveLocally(_ session: Session) async throws {
        let port = self.port == 0 ? try LocalServer.freePort() : self.port
        var project = try session.loadProject(self.project.file)
        var watch = SourceWatch(project)
        var isFirst = true
        while true {
            if let environment = try await ready(project, session, isFirst: isFirst) {
                if isFirst { announce(session.console, port) }
                isFirst = false
                let tool = environment.tool(container.env + ["LOG_FORMAT=console"])
                let extra = uploadUrl.map { ["--upload-url", $0] } ?? []
                let server = LocalServer.start(tool, host: host, port: port, extra: extra)
                try await waitForChange(server, watch)
            } else {
                try await watch.change()
            }
            session.console.info("A source file changed, starting again...")
            watch = SourceWatch(project)
            do {
                project = try session.loadProject(self.project.file)
            } catch {
                // Told, and waited out with the configuration as it was.
                session.console.error("\(error)")
            }
        }
    }

    /// The environment with everything installed and the model described. Nil where a later version of the sources
    /// is wrong: that is told, and the next change tried.
    private func ready(_ project: Project, _ session: Session, isFirst: Bool) async throws -> LocalEnvironment? {
        do {
            let environment = try LocalEnvironment(
                project: project, planner: session.planner(project), console: session.console)
            try await environment.prepare()
            _ = try await environment.describe()
            return environment
        } catch {
            if isFirst || !reload || error == .interrupted { throw error }
            session.console.error(error.description)
            return nil
        }
    }

    /// Waits until a source changes, with `--reload`, and stops the server; throws when the server ends before.
    private func waitForChange(_ server: LocalServer, _ watch: SourceWatch) async throws {
        let reloads = reload
        let ended = await withTaskGroup(of: Result<Int32?, CogError>.self) { group in
            group.addTask {
                do throws(CogError) {
                    return .success(try await server.exitStatus())
                } catch {
                    return .failure(error)
                }
            }
            if reloads {
                group.addTask {
                    // Cancelled when the server ended first.
                    try? await watch.change()
                    return .success(nil)
                }
            }
            let first = await group.next()
            group.cancelAll()
            return first ?? .success(nil)
        }
        await server.stop()
        if Task.isCancelled { throw CogError.interrupted }
        if let status = try ended.get() { throw CogError.exited(1, "the server ended with status \(status)") }
    }
}
