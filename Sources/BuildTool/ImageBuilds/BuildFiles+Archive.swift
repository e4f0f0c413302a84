import ChildProcesses
import ContainerEngine
import ImagePlans
import ToolBasics

extension BuildFiles {
    /// Hands the staged files to the engine as an image without a base. Names, modes and times are fixed, so equal
    /// files are one layer and keep the build cache.
    func importArchive(as name: String, _ engine: Engine) async throws {
        let archive = directory + "/files.tar"
        let answer = try await Tool("tar").answer([
            "--create", "--file", archive, "--directory", staging, "--sort=name", "--mtime=@0", "--owner=0",
            "--group=0",
            "--numeric-owner", "--mode=u+rw,go+r", ".",
        ])
        guard answer.succeeded else { throw BuildFailure.cannotPack(said: answer.text) }
        try await engine.importImage(archive, as: name)
    }
}
