import ChildProcesses
package import Terminal
import ToolBasics

extension Engine {
    /// `all` when containers of an image can have GPUs, else nil with a note; for projects that ask for a GPU without
    /// `--gpus` being given.
    package func implicitGPU(_ image: String, _ console: Console) async throws -> String? {
        let answer = try await client.answer(["run", "--rm", "--gpus", "all", "--entrypoint", "true", image])
        if answer.succeeded || !Self.saysGPUMissing(answer.error) { return "all" }
        console.info("Missing device driver, re-trying without GPU")
        return nil
    }
}
