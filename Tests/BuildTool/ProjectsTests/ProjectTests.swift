import Foundation
import ModelConfig
import ModelSchema
import PythonPackages
import Testing
import ToolBasics

@testable import Projects

/// A folder for one test.
final class Folder {
    let path: String

    init() throws {
        // Links in the way to it would show in the project's path.
        path = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path + "/\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // Left behind, it is the system's to clean up.
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ text: String, to name: String) throws {
        let url = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: false, encoding: .utf8)
    }
}

@Suite struct ProjectTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    /// The file is looked for upwards; what it says is relative to where it is.
    @Test func projectsAreFoundUpwards() throws {
        try folder.write("", to: "cog.yaml")
        try folder.write("", to: "sub/other.yaml")
        try folder.write("", to: "sub/deep/x")
        for (name, start, found) in [
            ("cog.yaml", folder.path + "/sub/deep", "/cog.yaml"),
            ("other.yaml", folder.path + "/sub/deep", "/sub/other.yaml"),
            ("sub/other.yaml", folder.path, "/sub/other.yaml"), (folder.path + "/cog.yaml", "/", "/cog.yaml"),
        ] {
            let (directory, file) = try Project.find(name, from: start)
            #expect(directory + "/" + file == folder.path + found)
        }
        #expect {
            _ = try Project.find("none.yaml", from: folder.path)
        } throws: {
            "\($0)" == "none.yaml not found in \(folder.path) (or in any parent directories)"
        }
    }

    @Test func allProblemsAreReported() throws {
        try folder.write("build: {python_version: '2.7', python_requirements: r.txt}\n", to: "cog.yaml")
        try folder.write("torch=1\n", to: "r.txt")
        #expect {
            _ = try Project.load("cog.yaml", from: folder.path)
        } throws: {
            "\($0)".contains("minimum supported Python version") && "\($0)".contains("write \"torch==1\"")
        }
    }

    /// Without a version, the newest that the pinned framework has builds for.
    @Test(arguments: [
        ("torch==2.5.1", "3.12"), ("torch==2.0.1", "3.11"), ("six", "3.13"), ("tensorflow==2.4.0", "3.10"),
    ])
    func pythonOfAProject(requirement: String, version: String) throws {
        #expect(Project.defaultPython(Requirements(packages: [requirement])) == version)
        try folder.write("build: {python_requirements: r.txt}\n", to: "cog.yaml")
        try folder.write(requirement + "\n", to: "r.txt")
        let project = try Project.load("cog.yaml", from: folder.path)
        #expect(project.config.build.pythonVersion == version)
        #expect(
            project.notes == [.info("build.python_version is not set in cog.yaml, using Python \(version)")])
    }

    @Test func imageNames() throws {
        try folder.write("image: r.example/me/it:v1\n", to: "cog.yaml")
        try folder.write("image: Me\n", to: "wrong.yaml")
        let project = try Project.load("cog.yaml", from: folder.path)
        #expect(try project.imageName(tag: nil) == "r.example/me/it:v1")
        #expect(try project.imageName(tag: "mine") == "mine")
        #expect {
            _ = try project.imageName(tag: "Mine")
        } throws: {
            "\($0)".hasPrefix("invalid --tag \"Mine\": ") && "\($0)".hasSuffix("Write a name such as mine")
        }
        let wrong = try Project.load("wrong.yaml", from: folder.path)
        #expect {
            _ = try wrong.imageName(tag: nil)
        } throws: {
            "\($0)".hasPrefix("wrong.yaml:1:8: invalid image \"Me\"")
        }
    }

    @Test(arguments: [
        ("train: a.py:b", false, "doesn't name a model for predictions"), ("run: a.py:B", true, "names no training"),
        ("", false, "no predict or train reference found"),
    ])
    func missingEntries(text: String, isTraining: Bool, reason: String) throws {
        try folder.write(text, to: "cog.yaml")
        let project = try Project.load("cog.yaml", from: folder.path)
        #expect {
            try project.checkNames(isTraining ? .trainings : .predictions)
        } throws: {
            "\($0)".contains(reason) && "\($0)".contains(isTraining ? "add train:" : "add run:")
        }
        if !text.isEmpty { try project.checkNames(isTraining ? .predictions : .trainings) }
    }

    @Test func placesOfPackages() throws {
        try folder.write("build: {python_requirements: r.txt}\n", to: "cog.yaml")
        try folder.write("six\n  torch==2.5.1\n", to: "r.txt")
        let project = try Project.load("cog.yaml", from: folder.path)
        #expect(project.message("old") { $0.hasPrefix("torch") }.hasPrefix("r.txt:2:3: old\n"))
        #expect(project.message("old") { $0 == "none" } == "old")
    }

    @Test func ignoreText() throws {
        try folder.write("", to: "cog.yaml")
        let project = try Project.load("cog.yaml", from: folder.path)
        #expect(try project.ignoreText() == "")
        try folder.write("a\nb", to: ".dockerignore")
        #expect(try project.ignoreText() == "a\nb\n")
    }
}

@Suite struct ProjectStateTests {
    private let folder: Folder
    private let document = #"{"openapi": "3.0.2", "info": {}, "paths": {}}"#

    init() throws {
        folder = try Folder()
        try folder.write("run: run.py:Runner\n", to: "cog.yaml")
        try folder.write("x = 1\n", to: "run.py")
    }

    /// The document of the last build counts until a source changes.
    @Test func fingerprints() throws {
        let fingerprint = SourceFingerprint(try Project.load("cog.yaml", from: folder.path))
        #expect(fingerprint.knownDocument() == nil)
        try folder.write(document, to: ".cog/openapi_schema.json")
        #expect(fingerprint.knownDocument() == nil)
        fingerprint.store()
        #expect(fingerprint.knownDocument()?.text == document)
        try folder.write("x = 1000\n", to: "run.py")
        #expect(fingerprint.knownDocument() == nil)
        fingerprint.store()
        #expect(fingerprint.knownDocument() != nil)
        try folder.write("{}", to: ".cog/openapi_schema.json")
        #expect(fingerprint.knownDocument() == nil)
    }

    @Test func watchesSources() throws {
        let watch = SourceWatch(try Project.load("cog.yaml", from: folder.path))
        try folder.write("", to: ".cog/new.py")
        try folder.write("", to: "notes.txt")
        #expect(!watch.isChanged)
        try folder.write("", to: "sub/new.py")
        #expect(watch.isChanged)
    }

    /// Only a project whose configuration names the schema keeps one, and it is brought up to date.
    @Test func schemaOfTheProject() throws {
        ConfigSchema.refresh(for: try Project.load("cog.yaml", from: folder.path))
        let path = folder.path + "/" + ConfigSchema.path
        #expect(!FileManager.default.fileExists(atPath: path))
        try folder.write(ConfigSchema.comment + "run: run.py:Runner\n", to: "cog.yaml")
        for old in ["", "{}"] {
            if !old.isEmpty { try old.write(toFile: path, atomically: false, encoding: .utf8) }
            ConfigSchema.refresh(for: try Project.load("cog.yaml", from: folder.path))
            #expect(try String(contentsOfFile: path, encoding: .utf8) == ConfigSchema.text)
        }
    }

    @Test func kindsOfFiles() throws {
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/out", withDestinationPath: "/etc/passwd")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/loop", withDestinationPath: "loop")
        let kinds = ["run.py", "none.py", "out", "loop", ".", "run.py/x"].map { ProjectFile($0, in: folder.path) }
        #expect(kinds == [.regular, .missing, .outside, .unresolvable, .outside, .missing])
    }
}

@Test func pythonsOfVersionManagersComeLast() throws {
    let folder = try Folder()
    for name in ["a/shims/python3", "b/python3", "b/python3.12", "b/python2"] {
        try folder.write("", to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path + "/" + name)
    }
    let path = ["a/shims", "none", "b"].map { folder.path + "/" + $0 }.joined(separator: ":")
    let found = PythonInterpreters.found(["PATH": path]).map { $0.dropFirst(folder.path.count + 1) }
    #expect(found == ["b/python3", "b/python3.12", "a/shims/python3"])
    #expect(PythonInterpreters.found([:]).isEmpty)
}

/// What `cog init` writes can be loaded, and says so without a warning.
@Test func starterFilesAreAProject() throws {
    let folder = try Folder()
    for (path, text) in StarterFiles.files { try folder.write(text, to: path) }
    let project = try Project.load("cog.yaml", from: folder.path)
    #expect(project.notes == [])
    #expect(project.config.predict == "run.py:Runner")
    #expect(project.reader.namesSchema)
}
