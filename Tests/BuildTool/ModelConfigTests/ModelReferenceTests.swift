import Foundation
import Testing
import ToolBasics

@testable import ModelConfig

private func resolve(_ environment: [String: String], model: String? = nil, image: String? = nil) throws -> String? {
    var config = Config()
    config.model = model
    config.image = image
    return try ModelReference.resolve(
        config: config, environment: environment, registry: "r8.im", now: Date(timeIntervalSince1970: 0))?.text
}

@Suite struct ModelReferenceTests {
    @Test(
        arguments: [
            ([:], nil, nil), ([:], "me/it", "r8.im/me/it:19700101T000000Z"),
            ([:], "h.example/me/it", "h.example/me/it:19700101T000000Z"),
            (["COG_MODEL_TAG": "v1"], "me/it", "r8.im/me/it:v1"),
            (
                ["COG_MODEL_REGISTRY": "h:5000", "COG_MODEL_REPO": "a/b", "COG_MODEL_TAG": "v1"], "me/it",
                "h:5000/a/b:v1"
            ),
            (["COG_MODEL": "h.example/a/b:v2"], "me/it", "h.example/a/b:v2"),
            (["COG_MODEL": "h.example/a/b", "COG_MODEL_TAG": "v3"], nil, "h.example/a/b:v3"),
            (["COG_MODEL": ""], nil, nil),
        ] as [([String: String], String?, String?)])
    func names(environment: [String: String], model: String?, name: String?) throws {
        #expect(try resolve(environment, model: model) == name)
    }

    @Test(arguments: [
        (["COG_MODEL": "A"], "invalid COG_MODEL value: "),
        (["COG_MODEL_REGISTRY": "h/x"], "invalid COG_MODEL_REGISTRY \"h/x\""),
        (["COG_MODEL_REPO": "a:b"], "invalid COG_MODEL_REPO \"a:b\""), (["COG_MODEL_TAG": "cog-1"], "reserved prefix"),
        (["COG_MODEL_TAG": "-"], "must match OCI tag regex"),
    ])
    func mistakes(environment: [String: String], reason: String) {
        #expect {
            _ = try resolve(environment, model: "me/it")
        } throws: {
            "\($0)".contains(reason)
        }
    }

    @Test func imagesAreNamedWithoutVariables() throws {
        #expect(try resolve([:], image: "a") == nil)
        #expect {
            _ = try resolve(["COG_MODEL": "a"], image: "a")
        } throws: {
            "\($0)".contains("cannot be combined with COG_MODEL*")
        }
    }
}
