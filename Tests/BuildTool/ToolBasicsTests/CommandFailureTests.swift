import Foundation
import Testing

@testable import ToolBasics

private struct Example: CommandFailure {
    var description: String { "it failed" }
    var hint: String?
}

/// What is printed: the description, and the hint below it.
@Suite struct CommandFailureTests {
    @Test func reports() {
        #expect(Example(hint: nil).report == "it failed")
        #expect(Example(hint: "Do this.").report == "it failed\nDo this.")
        let error: any Error = Example(hint: "Do this.")
        #expect(error.report == "it failed\nDo this.")
        #expect(AlreadyReported().report == "")
    }

    @Test func statuses() {
        #expect(Example().exitStatus == 1)
        #expect(Interrupted().exitStatus == 130)
        #expect(!Example().isRepairedByEdit)
    }

    /// The reason is the system's, the path ours.
    @Test func files() throws {
        let path = "/nonexistent/file"
        let error = #expect(throws: (any Error).self) { try Data().write(to: URL(fileURLWithPath: path)) }
        let failure = FileFailure.cannotWrite(path, try #require(error))
        #expect(failure.description.hasPrefix("can't write /nonexistent/file: "))
        #expect(failure.description.count > "can't write /nonexistent/file: ".count)
        #expect(FileFailure.cannotOpen("/x", errno: 2).description == "can't open /x: No such file or directory")
    }
}
