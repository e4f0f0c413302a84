import ChildProcesses

extension Engine {
    /// The images of models that an engine has; none where no engine answers.
    package static func modelImages(_ environment: [String: String]) async -> [String] {
        let list = ["image", "ls", "--filter", "label=run.cog.config", "--format", "{{.Repository}}:{{.Tag}}"]
        guard let answer = try? await client(environment).answer(list), answer.succeeded else { return [] }
        return answer.output.split(separator: "\n").map(String.init).filter { !$0.contains("<none>") }
    }
}
