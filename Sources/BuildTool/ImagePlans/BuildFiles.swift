import Foundation
import ModelConfig
package import ModelSchema
package import Projects
package import ToolBasics

/// The scratch directory of a build: Dockerfile, ignore file and what the image is given besides the project.
package struct BuildFiles {
    package let directory: String
    package let project: Project
    package let planner: BuildPlanner
    package let plan: BuildPlan

    package init(directory: String, project: Project, planner: BuildPlanner, plan: BuildPlan) {
        self.directory = directory
        self.project = project
        self.planner = planner
        self.plan = plan
    }

    /// What the image is given besides the project.
    package var staging: String { directory + "/files" }

    /// Writes everything afresh.
    ///
    /// - Parameter hidesWeights: whether what is in the weights image is hidden from the project's context.
    package func write(dockerfile: String, hidesWeights: Bool = true) throws {
        do {
            let manager = FileManager.default
            remove()
            try manager.createDirectory(atPath: staging, withIntermediateDirectories: true)
            try dockerfile.write(toFile: directory + "/Dockerfile", atomically: false, encoding: .utf8)
            try ignoreText(hidesWeights ? plan.separateWeights.ignorePatterns : []).write(
                toFile: directory + "/Dockerfile.dockerignore", atomically: false, encoding: .utf8)
            if let text = plan.requirementsText {
                try text.write(toFile: staging + "/requirements.txt", atomically: false, encoding: .utf8)
            }
            if case .given(let document) = plan.document { try stage(document) }
            try stageTelemetry()
            try plan.certificate?.write(toFile: staging + "/cog-ca-cert.crt", atomically: false, encoding: .utf8)
            for case .file(let path)? in [plan.sources.sdk, plan.sources.server] {
                try manager.copyItem(atPath: path, toPath: staging + "/" + BuildPlan.fileName(path))
            }
            if let program = planner.initProgram {
                try manager.copyItem(atPath: program, toPath: staging + "/tini")
                try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: staging + "/tini")
            }
            if !plan.packages.artifacts.isEmpty {
                let target = staging + "/local_package_artifacts"
                try manager.createDirectory(atPath: target, withIntermediateDirectories: true)
                for artifact in plan.packages.artifacts {
                    try manager.copyItem(
                        atPath: try planner.artifactPath(artifact),
                        toPath: target + "/" + BuildPlan.fileName(artifact))
                }
            }
        } catch let failure as any CommandFailure {
            throw failure
        } catch {
            throw FileFailure.cannotWriteBuildFiles(directory, error)
        }
    }

    /// Replaces a file in the scratch directory.
    package func write(_ text: String, to name: String) throws(FileFailure) {
        do {
            try text.write(toFile: directory + "/" + name, atomically: false, encoding: .utf8)
        } catch {
            throw .cannotWrite(directory + "/" + name, error)
        }
    }

    /// Puts what a Dockerfile of the user's own copies, and nothing else, into the staging directory.
    ///
    /// - Returns: whether there is anything.
    package func writeForOwnDockerfile(_ document: ModelDocument?) throws(FileFailure) -> Bool {
        do {
            if FileManager.default.fileExists(atPath: staging) { try FileManager.default.removeItem(atPath: staging) }
            try FileManager.default.createDirectory(atPath: staging, withIntermediateDirectories: true)
            if let document { try stage(document) }
            try stageTelemetry()
        } catch {
            throw .cannotWriteBuildFiles(directory, error)
        }
        return document != nil || plan.config.tracing?.file != nil
    }

    private func stageTelemetry() throws {
        guard let file = plan.config.tracing?.file else { return }
        // Links were followed when the configuration was checked: what is copied is the file.
        let path = URL(fileURLWithPath: project.directory + "/" + file).resolvingSymlinksInPath().path
        try FileManager.default.copyItem(atPath: path, toPath: staging + "/" + Tracing.stagedName)
    }

    private func stage(_ document: ModelDocument) throws {
        try document.text.write(toFile: staging + "/openapi_schema.json", atomically: false, encoding: .utf8)
    }

    package func remove() {
        // Nothing to remove is the normal case; what can't be removed shows when it is written.
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// The user's ignore rules, then ours: `.cog` and what is in the weights image.
    private func ignoreText(_ weights: [String]) throws -> String {
        try project.ignoreText() + ([".cog"] + weights).map { $0 + "\n" }.joined()
    }
}
