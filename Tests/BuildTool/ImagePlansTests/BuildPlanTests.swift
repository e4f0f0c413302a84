import ModelConfig
import ModelSchema
import Projects
import Testing
import ToolBasics

@testable import ImagePlans

private let entry = "predict: predict.py:Predictor\n"

private func plan(
    _ config: String, requirements: String? = nil, _ environment: [String: String] = [:],
    _ change: (inout BuildRequest) -> Void = { _ in }
) throws -> (BuildPlan, Distribution) {
    let place = try Distribution()
    try place.write(config, to: "project/cog.yaml")
    if let requirements { try place.write(requirements, to: "project/requirements.txt") }
    return (try place.plan(try place.project(), environment, change), place)
}

/// The effective configuration is what labels say: with the CUDA that was found out.
@Test func resolvedVersionsAreWrittenBack() throws {
    let text = "build:\n  gpu: true\n  python_requirements: requirements.txt\n" + entry
    let (plan, _) = try plan(text, requirements: "torch==2.5.1\n")
    #expect(plan.config.build.cuda == "12.4")
    #expect(plan.config.build.cudnn == "9")
    #expect(plan.config.build.pythonVersion == "3.12")
    #expect(plan.base == .cuda("nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04"))
    #expect(plan.requirementsText == "--extra-index-url https://download.pytorch.org/whl/cu124\ntorch==2.5.1\n")
}

/// A project without a GPU has no CUDA, whatever the file says.
@Test func noCUDAWithoutGPU() throws {
    let (plan, _) = try plan("build: {python_version: '3.12', cuda: '12.4'}\n" + entry)
    #expect(plan.packages.cuda == nil)
    #expect(plan.base == .python("python:3.12-slim"))
}

/// The program's own wheels go together; a release brings its own server.
@Test func sourcesOfPackages() throws {
    let (own, place) = try plan(entry)
    let wheels = place.directory + "/share/cog/"
    #expect(own.sources.sdk == .file(wheels + "cog-\(ProgramVersion.current)-py3-none-any.whl"))
    #expect(own.sources.server?.text("coglet").hasPrefix("coglet-\(ProgramVersion.current)") == true)
    #expect(own.stagesFiles)
    let (released, _) = try plan("build: {sdk_version: 0.18.1}\n" + entry)
    #expect(released.sources.sdk == .release("0.18.1", prerelease: false))
    #expect(released.sources.server == nil)
}

/// Without a model only a container that runs a command can be built.
@Test func modelOrCommand() throws {
    #expect(throws: ProjectFailure.noEntry(.predictions, config: "cog.yaml", other: nil)) {
        try plan("build: {python_version: '3.12'}\n")
    }
    let (command, _) = try plan("build: {python_version: '3.12'}\n", ["COG_TINI": "/nonexistent"]) {
        $0.describesModel = false
    }
    #expect(command.document == .none)
    #expect(command.hasInit)
}

/// What is told can be pasted into a shell.
@Test func commandForAnExportedContext() throws {
    let (plan, _) = try plan(entry)
    let command = BuildPlanner.exportedBuild(plan, "/tmp/the context", "/home/it's mine")
    #expect(
        command == "docker buildx build --file '/tmp/the context/Dockerfile' "
            + "--build-context cog-build-files='/tmp/the context/files' '/home/it'\\''s mine'")
}

@Test(arguments: [
    ("name", "name-weights"), ("name:tag", "name-weights"), ("host:5000/name", "host:5000/name-weights"),
])
func weightsImage(tag: String, name: String) {
    #expect(BuildPlanner.weightsImage(tag) == name)
}
