import ChildProcesses
import ToolBasics

/// What git, or the continuous integration that built an image, knows of its source.
enum SourceControl {
    /// The labels for revision and version; none where neither knows. Never fails a build.
    static func labels(of directory: String, _ environment: [String: String]) async -> [String: String] {
        let git = Tool("git", directory: directory)
        func value(_ variable: EnvironmentVariable, _ question: [String]) async -> String? {
            if let given = environment[variable], !given.isEmpty { return given }
            return await quick(git, question)
        }
        var labels: [String: String] = [:]
        labels["org.opencontainers.image.revision"] = await value(.revision, ["rev-parse", "HEAD"])
        labels["org.opencontainers.image.version"] = await value(.revisionName, ["describe", "--tags", "--dirty"])
        return labels
    }

    /// A program's output if it comes within three seconds.
    private static func quick(_ tool: Tool, _ arguments: [String]) async -> String? {
        await withTaskGroup(of: String?.self) { group in
            group.addTask {
                // No git and no work tree are the same here.
                guard let answer = try? await tool.answer(arguments), answer.succeeded else { return nil }
                return answer.output.trimmingSpaces
            }
            group.addTask {
                // Ends early when the answer is there.
                try? await Task.sleep(for: .seconds(3))
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first.flatMap { $0.isEmpty ? nil : $0 }
        }
    }
}
