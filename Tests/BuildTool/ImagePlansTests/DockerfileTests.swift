import Foundation
import Projects
import Testing
import ToolBasics

@testable import ImagePlans

/// A project below `dockerfiles`, what a build of it is asked for, and beside the project what must come out.
struct DockerfileCase: CustomTestStringConvertible, Sendable {
    let name: String
    var config = "cog.yaml"
    var environment: [String: String] = [:]
    /// Files of 12 MiB in the project.
    var largeFiles: [String] = []
    /// Files of the project whose names alone count.
    var emptyFiles: [String] = []
    /// Whether the program brings its own init.
    var hasInit = true
    var change: @Sendable (inout BuildRequest) -> Void = { _ in }

    var testDescription: String { name }

    private static let certificate = "-----BEGIN CERTIFICATE-----\nQQ==\n-----END CERTIFICATE-----\n"

    static let all: [DockerfileCase] =
        [
            DockerfileCase(name: "certificate", environment: ["COG_CA_CERT": certificate]),
            DockerfileCase(name: "command-only") { $0.describesModel = false },
            DockerfileCase(name: "cpu-requirements"),
            DockerfileCase(name: "environment"),
            DockerfileCase(
                name: "given-document", config: "other.yaml",
                environment: ["COG_OPENAPI_SCHEMA": folder + "/given-document/document.json"]),
            DockerfileCase(name: "gpu-no-framework", environment: ["COG_UV_IMAGE": "mirror.example/uv:1"]),
            DockerfileCase(name: "gpu-on-slim") { $0.usesCUDABase = false },
            DockerfileCase(name: "gpu-tensorflow"),
            DockerfileCase(name: "gpu-torch"),
            DockerfileCase(name: "gpu-torch-prepared") { $0.usesCogBase = true },
            DockerfileCase(name: "init-of-the-distribution", hasInit: false),
            DockerfileCase(name: "local-wheel", emptyFiles: ["wheels/greeting-1.0-py3-none-any.whl"]),
            DockerfileCase(name: "nothing-said"),
            DockerfileCase(name: "older-keys"),
            DockerfileCase(name: "packages-steps-secrets"),
            DockerfileCase(name: "prepared-cuda-13") {
                $0.usesCogBase = true
                $0.registry = "registry.example"
            },
        ] + publicProjects + [
            DockerfileCase(
                name: "release-of-the-sdk", environment: ["COGLET_WHEEL": "https://files.example/coglet-1.whl"]),
            DockerfileCase(name: "repeatable") { $0.timestamp = 0 },
            DockerfileCase(
                name: "separate-weights", largeFiles: ["model.bin", "checkpoints/deep/a.pt", "checkpoints/b.pt"]
            ) {
                $0.separatesWeights = true
            },
            DockerfileCase(name: "strip-precompile") {
                $0.strip = true
                $0.precompile = true
            },
            DockerfileCase(name: "traces"),
            DockerfileCase(name: "traces-telemetry"),
        ]

    /// With a GPU, as found in public projects: Python 3.10 to 3.12, CUDA 11.3 to 12.4, torch 1.11 to 2.8.
    private static let publicProjects = [
        "01-segmentation",
        "02-restoration",
        "03-captions",
        "04-speech",
        "05-text-to-image",
        "06-attention",
        "07-music",
        "08-upscaler",
        "09-language-model",
        "10-depth",
        "11-detection",
        "12-video",
        "13-voice",
        "14-local-version",
        "15-inpainting",
        "16-serving",
        "17-face",
        "18-flux",
        "19-reconstruction",
        "20-newer-torch",
    ].map { DockerfileCase(name: "public-" + $0) }

    /// Where the cases are.
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/dockerfiles"

    /// What comes out, by the names of the files that hold it.
    func outcome() throws -> [String: String] {
        let place = try Distribution()
        let project = place.directory + "/project"
        try FileManager.default.copyItem(atPath: "\(Self.folder)/\(name)/project", toPath: project)
        for path in largeFiles { try place.write("", to: "project/" + path, bytes: 12 << 20) }
        for path in emptyFiles { try place.write("", to: "project/" + path) }
        let loaded = try place.project(config)
        var plan = try place.plan(loaded, environment, change)
        // Planning would find the init program of this machine.
        plan.hasInit = hasInit
        var outcome = ["Dockerfile": Dockerfile.text(plan)]
        outcome["requirements.txt"] = plan.requirementsText
        let weights = plan.separateWeights
        if !weights.isEmpty {
            outcome["weights.Dockerfile"] = Dockerfile.weightsText(weights.paths)
            outcome["weights.dockerignore"] = weights.ignorePatterns.map { $0 + "\n" }.joined()
        }
        let notes = (loaded.notes + plan.notes).map { note in
            switch note {
            case .info(let text): "info: \(text)\n"
            case .warning(let text): "warning: \(text)\n"
            }
        }
        if !notes.isEmpty { outcome["notes.txt"] = notes.joined() }
        return outcome.mapValues { text in
            // A new version changes nothing of what is expected.
            ["cog", "coglet"].reduce(text) {
                $0.replacing("\($1)-\(ProgramVersion.current)-", with: "\($1)-VERSION-")
            }
        }
    }
}

/// The files that may stand beside a case's project; which of them do is part of what is expected.
private let outcomeFiles = [
    "Dockerfile", "requirements.txt", "weights.Dockerfile", "weights.dockerignore", "notes.txt",
]

/// Every case gives what stands beside it. COG_REWRITE_SNAPSHOTS=1 writes that anew, to be read before it is committed.
@Test(arguments: DockerfileCase.all)
func dockerfile(of example: DockerfileCase) throws {
    let outcome = try example.outcome()
    for file in outcomeFiles {
        let path = "\(DockerfileCase.folder)/\(example.name)/\(file)"
        if ProcessInfo.processInfo.environment["COG_REWRITE_SNAPSHOTS"] == "1" {
            if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
            try outcome[file]?.write(toFile: path, atomically: false, encoding: .utf8)
        }
        let exists = FileManager.default.fileExists(atPath: path)
        let expected = exists ? try String(contentsOfFile: path, encoding: .utf8) : nil
        if expected != outcome[file] {
            Issue.record("\(example.name)/\(file)\n\(difference(expected ?? "", outcome[file] ?? ""))")
        }
    }
}

/// The folder holds the cases above and no others.
@Test func everyCaseIsListed() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: DockerfileCase.folder)
    #expect(folders.sorted() == DockerfileCase.all.map(\.name))
}

/// Lines that are gone with `-`, new ones with `+`, and those between as they are.
func difference(_ expected: String, _ actual: String) -> String {
    var lines = expected.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }
    let new = actual.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }
    let changes = new.difference(from: lines)
    for case .remove(let offset, let line, _) in changes.removals { lines[offset] = "- " + line.dropFirst(2) }
    // Removed lines stay where they were: they don't count among the new ones, and come before what replaces them.
    var kept = 0
    var place = 0
    for case .insert(let offset, let line, _) in changes.insertions {
        while place < lines.count, kept < offset || lines[place].hasPrefix("- ") {
            if !lines[place].hasPrefix("- ") { kept += 1 }
            place += 1
        }
        lines.insert("+ " + line.dropFirst(2), at: place)
        place += 1
        kept += 1
    }
    return lines.joined(separator: "\n")
}

@Test func differencesAreReadable() {
    #expect(difference("a\nb\nc", "a\nx\nc\nd") == "  a\n- b\n+ x\n  c\n+ d")
    #expect(difference("a", "a") == "  a")
}
