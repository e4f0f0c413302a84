import Synchronization
import Testing

@testable import ChildProcesses

/// Programs are run to their end, and what they say is told apart.
@Suite struct ToolTests {
    private let shell = Tool("sh")

    @Test func answers() async throws {
        let answer = try await shell.answer(
            ["-c", "read line; echo \"out $line\"; echo err >&2; exit 3"], input: "in\n")
        #expect(answer.status == 3)
        #expect(!answer.succeeded)
        #expect(answer.output == "out in\n")
        #expect(answer.error == "err\n")
        #expect(answer.text == "err\nout in")
    }

    /// As shells count: 128 and the number of the signal.
    @Test func signals() async throws {
        #expect(try await shell.answer(["-c", "kill -KILL $$"]).status == 137)
    }

    @Test func variablesAndDirectory() async throws {
        let tool = Tool("/bin/sh", environment: ["COG_UNIT_TEST": "value", "HOME": nil], directory: "/")
        let answer = try await tool.answer(["-c", "echo $COG_UNIT_TEST ${HOME-none} $PWD"])
        #expect(answer.output == "value none /\n")
    }

    @Test func missingPrograms() async {
        await #expect {
            _ = try await Tool("no-such-program-of-cog").answer([])
        } throws: {
            "\($0)".hasPrefix("can't run no-such-program-of-cog: ")
        }
        #expect(await Tool("no-such-program-of-cog").answerRegardless([]) == nil)
    }

    /// The sink gets all of both streams; the end is kept as well.
    @Test func watchedOutput() async throws {
        let bytes = Mutex<[UInt8]>([])
        let (status, text) = try await shell.watch(["-c", "echo one; echo two >&2; exit 4"]) { piece in
            bytes.withLock { $0 += piece }
        }
        #expect(status == 4)
        #expect(text == "one\ntwo\n")
        #expect(bytes.withLock { String(decoding: $0, as: UTF8.self) } == text)
    }

    @Test func backgroundPrograms() async throws {
        let tool = BackgroundTool(shell, ["-c", "exit 7"])
        #expect(try await tool.end().get() == 7)
        #expect(tool.hasEnded)
    }

    @Test func interruptedPrograms() async {
        let tool = BackgroundTool(shell, ["-c", "while :; do sleep 0.05; done"])
        #expect(!tool.hasEnded)
        await tool.interrupt()
        #expect(tool.hasEnded)
    }
}

/// The end of much output is kept, and no more.
@Test func endOfOutput() {
    let end = OutputEnd()
    for number in 0..<10_000 { end.append(Array("line \(number)\n".utf8)[...]) }
    #expect(end.text.hasSuffix("\nline 9999\n"))
    #expect(end.text.utf8.count == 32 << 10)
}
