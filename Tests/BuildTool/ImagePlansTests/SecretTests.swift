import Foundation
import ModelConfig
import PythonPackages
import Testing

@testable import ImagePlans

@Suite struct BuildSecretTests {
    @Test(arguments: [
        ("id=a,src=/etc/passwd", "id=a,src=/etc/passwd"), ("id=a,source=passwd", "id=a,src=/etc/passwd"),
        ("ID=a,env=TOKEN", "id=a,env=TOKEN"), ("id=TOKEN", "id=TOKEN,env=TOKEN"),
        ("id=passwd", "id=passwd,src=/etc/passwd"),
        ("id=a,type=env,src=TOKEN", "id=a,env=TOKEN"), ("type=file,id=passwd", "id=passwd,src=/etc/passwd"),
    ])
    func forms(text: String, argument: String) throws {
        let secret = try BuildSecret(text, directory: "/etc", environment: ["TOKEN": "x"])
        #expect(secret.argument == argument)
    }

    @Test(arguments: [
        ("a", "must be a key=value pair"), ("id=a,x=b", "unexpected key 'x'"), ("src=/x", "id is missing"),
        ("id=a,type=x", "unsupported secret type \"x\""), ("id=a,env=NONE", "variable NONE of secret \"a\" is not set"),
        ("id=a,src=none", "file none of secret \"a\" does not exist"),
    ])
    func mistakes(text: String, reason: String) {
        #expect {
            _ = try BuildSecret(text, directory: "/etc", environment: [:])
        } throws: {
            "\($0)".hasPrefix("failed to parse secrets: ") && "\($0)".contains(reason)
        }
    }
}

@Suite struct CACertificateTests {
    private let pem = "-----BEGIN CERTIFICATE-----\nQQ==\n-----END CERTIFICATE-----"

    @Test func forms() throws {
        let place = try Distribution()
        try place.write("# a bundle\n" + pem, to: "a.crt")
        try place.write(pem, to: "d/b.pem")
        try place.write(pem + "\n\n", to: "d/a.crt")
        try place.write("no certificate", to: "d/readme.txt")
        #expect(try CACertificate.read(pem) == pem + "\n")
        #expect(try CACertificate.read(Data(pem.utf8).base64EncodedString()) == pem + "\n")
        #expect(try CACertificate.read(place.directory + "/a.crt") == "# a bundle\n" + pem + "\n")
        #expect(try CACertificate.read(place.directory + "/d") == pem + "\n" + pem + "\n")
    }

    @Test(arguments: [
        ("nothing", "invalid value"), ("-----BEGIN CERTIFICATE-----\nQQ==", "no complete PEM certificate"),
        ("/usr", "no .crt or .pem file in /usr"),
    ])
    func mistakes(value: String, reason: String) {
        #expect {
            _ = try CACertificate.read(value)
        } throws: {
            "\($0)".hasPrefix("COG_CA_CERT: ") && "\($0)".contains(reason)
        }
    }
}

@Suite struct SeparateWeightsTests {
    /// Files at the top stay single; others contribute their directory, the topmost that has no code below it.
    @Test func choice() {
        let weights = SeparateWeights.choose(
            files: ["a.bin", "w/b.bin", "w/deep/c.bin", "code/d.bin", "code/data/e.bin"], code: ["code/x.py"])
        #expect(weights.paths == ["a.bin", "code/data", "w"])
        #expect(weights.ignorePatterns == ["a.bin", "code/data", "code/data/**/*", "w", "w/**/*"])
        #expect(SeparateWeights(files: ["a[1]*.bin"]).ignorePatterns == [#"a\[1]\*.bin"#])
    }

    @Test(arguments: [
        ("a.bin", true), ("a", true), ("a.PY", false), ("a.jpg", false), ("x/__pycache__/a.bin", false),
    ])
    func candidates(path: String, isCandidate: Bool) {
        #expect(SeparateWeights.isCandidate(path) == isCandidate)
    }
}

@Suite struct DockerfileTextTests {
    @Test(arguments: [
        ("plain-1.0/x:y@z", "plain-1.0/x:y@z"), ("", "\"\""), ("two words", "\"two words\""),
        (#"a"b\c$d"#, #""a\"b\\c\$d""#),
    ])
    func quotedValues(value: String, quoted: String) {
        #expect(Dockerfile.quoted(value) == quoted)
    }

    /// A Dockerfile can't hold them.
    @Test func stepsWithLineBreaks() throws {
        var config = Config()
        config.build.run = [.init(command: "a\nb")]
        let plan = BuildPlan(
            config: config, base: .python("p"),
            packages: try ResolvedPackages(config: config, requirements: .init(packages: []), sdkName: "s"),
            sources: PackageSources(sdk: .release(nil, prerelease: false), server: nil))
        #expect {
            try plan.validate()
        } throws: {
            "\($0)".contains("This is the offending line: a\nb")
        }
    }

    /// Wheels and archives must be files of the project.
    @Test(arguments: [
        ("../a.whl", "must be inside the project"), ("none.whl", "not found"), ("d.whl", "must be a regular file"),
    ])
    func artifactsElsewhere(artifact: String, reason: String) throws {
        let place = try Distribution()
        try place.write("build: {python_version: '3.12'}\nrun: a.py:B\n", to: "project/cog.yaml")
        try place.write("", to: "a.whl")
        try place.write("", to: "project/d.whl/x")
        try place.write("", to: "project/here.whl")
        let planner = BuildPlanner(
            project: try place.project(), environment: [:], executable: place.directory + "/bin/cog")
        #expect(try planner.artifactPath("here.whl") == place.directory + "/project/here.whl")
        #expect {
            _ = try planner.artifactPath(artifact)
        } throws: {
            "\($0)".contains("\"\(artifact)\"") && "\($0)".contains(reason)
        }
    }
}
