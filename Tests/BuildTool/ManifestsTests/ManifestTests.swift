import ModelConfig
import Testing

@testable import Manifests

private func deployment(
    _ text: String = "", image: String = "r.example/me/it:v1", name: String? = nil, slots: Int? = nil, gpus: Int? = nil,
    cpu: String? = nil, memory: String? = nil
) throws -> ModelDeployment {
    try ModelDeployment(
        try ConfigReader(text, file: "cog.yaml").config, image: image, name: name, slots: slots, gpus: gpus, cpu: cpu,
        memory: memory)
}

@Suite struct ModelDeploymentTests {
    @Test(arguments: [
        ("r.example/me/My_it", "x"), ("it", "it"), ("a/b.c_d:v1", "b-c-d"), ("a/0model", "model-0model"),
    ])
    func names(image: String, name: String) throws {
        guard image.allSatisfy({ !$0.isUppercase }) else {
            #expect(throws: (any Error).self) { try deployment(image: image) }
            return
        }
        #expect(try deployment(image: image).name == name)
    }

    @Test func slotsAndGPUs() throws {
        #expect(try deployment().slots == 1)
        #expect(try deployment(slots: 4).slots == 4)
        #expect(try deployment("concurrency: {max: 2, workers: 3}", slots: 4).slots == 6)
        #expect(try deployment("concurrency: {workers: auto}", gpus: 2).slots == 2)
        #expect(try deployment("build: {gpu: true}").gpus == 1)
        #expect(try deployment("build: {gpu: true}", gpus: 0).gpus == 0)
    }

    /// Drain delay, grace, webhooks, and a margin.
    @Test(
        arguments: [
            ("", nil, 30), ("predict_timeout: 5", nil, 30), ("predict_timeout: 60.5", 61, 81),
            ("environment: [COG_SHUTDOWN_GRACE=100]\npredict_timeout: 60", nil, 120),
            ("environment: [COG_DRAIN_DELAY=20]", nil, 35),
        ] as [(String, Int?, Int)])
    func shutdown(text: String, grace: Int?, seconds: Int) throws {
        let deployment = try deployment(text)
        #expect(deployment.extendedGraceSeconds == grace)
        #expect(deployment.terminationSeconds == seconds)
    }

    @Test func mistakes() {
        for (reason, make) in [
            ("invalid name \"A\"", { try deployment(name: "A") }),
            ("invalid --cpu \"x\"", { try deployment(cpu: "x") }),
            ("invalid --memory \"8GB\"", { try deployment(memory: "8GB") }),
            ("invalid --gpus \"-1\"", { try deployment(gpus: -1) }),
            ("invalid image name", { try deployment(image: "A") }),
        ] as [(String, () throws -> ModelDeployment)] {
            #expect {
                _ = try make()
            } throws: {
                "\($0)".hasPrefix(reason)
            }
        }
    }

    @Test func remarks() throws {
        #expect(try deployment().remarks(for: .kubernetes) == [])
        #expect(try deployment(image: "it").remarks(for: .kubernetes).first?.contains("on Docker Hub") == true)
        #expect(try deployment(image: "it").remarks(for: .compose) == [])
        let long = try deployment("predict_timeout: 700")
        #expect(long.remarks(for: .knative).first?.contains("usual limit of 600 s") == true)
        #expect(long.remarks(for: .kubernetes) == [])
    }
}

@Suite struct ManifestTextTests {
    /// Texts get quotes wherever a reader of YAML could take them for something else.
    @Test func yaml() throws {
        let value: ManifestValue = [
            "a": "text", "b": "true", "c": "1.5", "d": 1, "e": false, "f": ["x: y", "/p"], "g": "",
        ]
        #expect(
            try ManifestValue.yaml([value, ["k": "v"]])
                == "a: text\nb: \"true\"\nc: \"1.5\"\nd: 1\ne: false\nf:\n- \"x: y\"\n- /p\ng: \"\"\n---\nk: v\n")
        #expect(ManifestValue.members(["a": nil, "b": 1]) == ["b": 1])
    }

    @Test func everyPlatform() throws {
        for platform in ManifestPlatform.allCases {
            let text = try Manifest.text(platform, try deployment("build: {gpu: true}", memory: "8Gi"))
            #expect(text.contains("r.example/me/it:v1"))
            #expect(text.contains("8Gi") == (platform != .compose))
            #expect(!text.contains("null"))
        }
        #expect(try Manifest.text(.compose, try deployment(memory: "1Gi")).contains("memory: \"1073741824b\""))
        #expect(try Manifest.text(.compose, try deployment(cpu: "500m")).contains("cpus: \"0.5\""))
        #expect(try Manifest.text(.kubernetes, try deployment()).split(separator: "---\n").count == 2)
    }

    /// Knative gives containers as long as a request may take, so that the server needs no drain delay.
    @Test func variables() throws {
        let deployment = try deployment("predict_timeout: 60\nenvironment: [HOME=/x]")
        func names(_ drains: Bool) -> [String] {
            Manifest.variables(deployment, drains: drains).map { "\($0.name)=\($0.value)" }
        }
        #expect(names(true) == ["COG_DRAIN_DELAY=5", "COG_SHUTDOWN_GRACE=60"])
        #expect(names(false) == ["COG_SHUTDOWN_GRACE=60"])
    }
}
