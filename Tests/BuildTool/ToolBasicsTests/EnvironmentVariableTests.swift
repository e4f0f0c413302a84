import Testing

@testable import ToolBasics

@Suite struct EnvironmentVariableTests {
    @Test func access() {
        var environment = ["HOME": "/root", "TERM": ""]
        #expect(environment[.home] == "/root")
        #expect(environment[.terminal] == "")
        #expect(environment[.browser] == nil)
        environment[.noColor] = "1"
        #expect(environment["NO_COLOR"] == "1")
    }

    /// The reference page has a row for each.
    @Test func table() {
        let rows = EnvironmentVariable.table.split(separator: "\n")
        #expect(rows.count == EnvironmentVariable.allCases.count + 2)
        #expect(rows.allSatisfy { $0.hasPrefix("|") && $0.hasSuffix("|") && $0.split(separator: "|").count == 2 })
        #expect(rows.contains { $0.hasPrefix("| `COG_ENGINE` | ") })
    }
}
