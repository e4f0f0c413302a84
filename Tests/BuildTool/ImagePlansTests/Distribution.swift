import Foundation
import Projects
import ToolBasics

@testable import ImagePlans

/// A place for one test: an unpacked distribution as plans find it, and a project.
///
/// The wheels are empty files; plans look at names alone.
final class Distribution {
    let directory: String

    init() throws {
        // Links in the way to it would show in the project's path.
        directory = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path + "/\(UUID().uuidString)"
        let version = ProgramVersion.current
        let wheels = ["cog-\(version)-py3-none-any.whl", "coglet-\(version)-py3-none-manylinux_2_28_x86_64.whl"]
        for name in wheels + ["tini"] { try write("", to: "share/cog/" + name) }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory + "/share/cog/tini")
    }

    deinit {
        // Left behind, it is the system's to clean up.
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Writes a file below the directory; `bytes` more than the text are a hole that takes no room.
    func write(_ text: String, to path: String, bytes: UInt64 = 0) throws {
        let url = URL(fileURLWithPath: directory + "/" + path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: false, encoding: .utf8)
        guard bytes > 0 else { return }
        let file = try FileHandle(forWritingTo: url)
        try file.truncate(atOffset: bytes)
        try file.close()
    }

    /// The project in the folder `project`.
    func project(_ config: String = "cog.yaml") throws -> Project {
        try Project.load(config, from: directory + "/project")
    }

    /// The plan for the project, with these variables and no others.
    func plan(
        _ project: Project, _ environment: [String: String] = [:], _ change: (inout BuildRequest) -> Void = { _ in }
    ) throws -> BuildPlan {
        var request = BuildRequest(tag: "the-image")
        change(&request)
        let planner = BuildPlanner(project: project, environment: environment, executable: directory + "/bin/cog")
        return try planner.plan(request)
    }
}
