import Foundation
import Testing

@testable import CogletServer

/// What is made from the program.
@Suite struct Documentation {
    @Test(arguments: [
        ("docs/environment.md", Variable.document), ("python/cog/_server_tables.py", SharedTables.module),
    ])
    func fileIsWhatTheProgramSays(path: String, text: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        #expect(try String(contentsOf: root.appending(path: path), encoding: .utf8) == text, "run `make docs`")
    }

    @Test func everyVariableIsDeclaredOnce() {
        let names = Variable.sections.flatMap(\.variables).map(\.name)
        #expect(Set(names).count == names.count)
    }
}
