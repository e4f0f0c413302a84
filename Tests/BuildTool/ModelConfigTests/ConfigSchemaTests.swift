import JSON
import Testing

@testable import ModelConfig

/// What editors and the reference page know of the keys.
@Suite struct ConfigSchemaTests {
    @Test func everyKeyIsDescribed() throws {
        let root = try JSONTree(parsing: ConfigSchema.text)
        #expect(root["$schema"] == .string("http://json-schema.org/draft-07/schema#"))
        #expect(root["additionalProperties"] == .bool(false))
        let build = try #require(root["properties"]?["build"]?["properties"]?.object)
        #expect(build.count == Config.Build.keys.keys.count)
        #expect(build.allSatisfy { $0.value["description"]?.string?.isEmpty == false })
        #expect(
            root["properties"]?["weights"]?["items"]?["required"]
                == .array(["name", "target", "source"].map(JSONTree.string)))
        let old = root["properties"]?["build"]?["properties"]?["pre_install"]
        #expect(old?["deprecationMessage"] == .string("Deprecated: use build.run"))
    }

    @Test func table() {
        let rows = ConfigSchema.table.split(separator: "\n")
        #expect(rows.count == ConfigSchema.flattened.count + 2)
        #expect(
            rows.contains(
                "| `concurrency.start` | `spawn`, `fork`, or `fork-after-import` | How these processes come into being. Default: `spawn`. |"
            ))
    }

    @Test func namesOfItems() {
        let fields = ConfigSchema.flattened.map(\.field)
        #expect(fields.contains("build.run[].mounts[].id"))
        #expect(fields.contains("weights[].source.uri"))
        #expect(Set(fields).count == fields.count)
    }
}
