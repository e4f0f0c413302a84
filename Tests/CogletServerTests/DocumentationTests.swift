import Foundation
import Metrics
import Testing

@testable import CogletServer

/// What is made from the program.
@Suite struct Documentation {
    @Test(arguments: [
        ("docs/environment.md", Variables.document), ("docs/metrics.md", MetricCatalog.document),
        ("python/cog/_server_tables.py", SharedTables.module),
    ])
    func fileIsWhatTheProgramSays(path: String, text: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        #expect(try String(contentsOf: root.appending(path: path), encoding: .utf8) == text, "run `make docs`")
    }

    @Test func everyVariableIsDeclaredOnce() {
        let names = Variables.sections.flatMap(\.variables).map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test func everyMetricIsDeclaredOnce() {
        let metrics = MetricCatalog.sections.flatMap(\.metrics)
        #expect(Set(metrics.map(\.name)).count == metrics.count)
        // What would need an escape in the text of `/metrics`.
        #expect(metrics.allSatisfy { !$0.help.contains { "\\\"\n".contains($0) } })
    }
}
