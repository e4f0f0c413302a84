import Glibc
import Predictions
import Testing

@testable import Workers

/// What a worker has died of, from what is known about its end.
@Suite struct DeathCertificates {
    typealias Evidence = DeathCertificate.Evidence

    private func certificate(
        status: Int = 0, signal: Int32 = 0, _ change: (inout Evidence) -> Void = { _ in }
    ) -> DeathCertificate {
        var evidence = Evidence(status: status, signal: signal)
        change(&evidence)
        return DeathCertificate(evidence)
    }

    private let crash = LastWords(
        reading: Array(
            """
            Fatal Python error: Segmentation fault

            Current thread 0x00007f (most recent call first):
              File "/src/predict.py", line 12 in run
            """.utf8))

    @Test(arguments: [
        (SIGSEGV, "SIGSEGV"), (SIGABRT, "SIGABRT"), (SIGBUS, "SIGBUS"), (SIGFPE, "SIGFPE"), (SIGILL, "SIGILL"),
        (SIGSYS, "SIGSYS"), (SIGTRAP, "SIGTRAP"),
    ])
    func signalWithItsLine(signal: Int32, name: String) {
        let certificate = certificate(signal: signal) { $0.lastWords = crash }
        #expect(certificate.cause == .signal)
        #expect(certificate.text == "killed by signal \(signal) (\(name)) at /src/predict.py, line 12, in run")
        #expect(certificate.calls == ["  File \"/src/predict.py\", line 12, in run"])
    }

    /// Traces of an earlier error that the model has survived say nothing about these.
    @Test(arguments: [SIGKILL, SIGTERM, SIGHUP, SIGALRM, SIGPIPE])
    func signalThatHasNoLine(signal: Int32) {
        let certificate = certificate(signal: signal) { $0.lastWords = crash }
        #expect(certificate.cause == .signal)
        #expect(certificate.text.hasPrefix("killed by signal \(signal) (SIG"))
        #expect(certificate.calls.isEmpty)
    }

    @Test func signalWithoutAName() {
        #expect(certificate(signal: 40).text == "killed by signal 40")
    }

    @Test(arguments: [0, 1, 3, 255])
    func exitStatus(status: Int) {
        let certificate = certificate(status: status) { $0.lastWords = crash }
        #expect(certificate.cause == .exit)
        #expect(certificate.text == "exited with status \(status) without an exception, as os._exit(\(status)) does")
    }

    @Test(arguments: [
        ("SystemExit: 3", DeathCertificate.Cause.systemExit), ("SystemExit", .systemExit),
        ("SystemExited: 3", .exception), ("OSError: no", .exception),
    ])
    func exceptionThatEndsTheInterpreter(text: String, cause: DeathCertificate.Cause) {
        let certificate = certificate(status: 3) {
            $0.lastWords = LastWords(reading: Array("Uncaught exception: \(text)\n".utf8))
        }
        #expect(certificate.cause == cause)
        #expect(certificate.text == "ended by \(text) with status 3")
    }

    @Test func keyboardInterrupt() {
        let certificate = certificate(signal: SIGINT) {
            $0.lastWords = LastWords(reading: Array("Uncaught exception: KeyboardInterrupt\n".utf8))
        }
        #expect(certificate.cause == .exception)
        #expect(certificate.text == "ended by KeyboardInterrupt, signal 2 (SIGINT)")
    }

    @Test func outOfMemory() {
        let certificate = certificate(signal: SIGKILL) {
            $0.isOutOfMemory = true
            $0.memoryLimitBytes = 512 << 20
            $0.peakMemoryBytes = 500 << 20
        }
        #expect(certificate.cause == .outOfMemory)
        let text = "killed by the kernel's OOM killer, signal 9 (SIGKILL); the limit is 512 MiB; peak memory 500 MiB"
        #expect(certificate.text == text)
    }

    @Test(arguments: [(SIGXCPU, "RLIMIT_CPU"), (SIGXFSZ, "RLIMIT_FSIZE")])
    func limits(signal: Int32, name: String) {
        let certificate = certificate(signal: signal)
        #expect(certificate.cause == .limit)
        #expect(certificate.text.contains(name))
    }

    @Test(arguments: [
        (Lifecycle.Reason.setupTimedOut, DeathCertificate.Cause.setupTimeout),
        (.unresponsive(.timedOut), .predictionTimeout), (.unresponsive(.canceled), .cancelIgnored),
        (.channelLost(wasReady: true), .channelClosed), (.channelLost(wasReady: false), .channelClosed),
        (.shutdown, .signal), (.recycled, .signal),
    ])
    func killOfTheServer(reason: Lifecycle.Reason, cause: DeathCertificate.Cause) {
        let killed = certificate(signal: SIGKILL) {
            $0.wasKilled = true
            $0.reason = reason
        }
        #expect(killed.cause == cause)
        // The channel of every worker is lost when it dies: that alone explains nothing.
        let died = certificate(signal: SIGSEGV) { $0.reason = reason }
        #expect(died.cause == .signal)
    }

    @Test func workerThatMakesNoSense() {
        let certificate = certificate(signal: SIGKILL) {
            $0.wasKilled = true
            $0.reason = .misbehaved(wasReady: true)
            $0.fault = "no such frame"
        }
        #expect(certificate.cause == .misbehavior)
        #expect(certificate.text == "no such frame")
    }

    @Test func faultThatIsFoundAfterTheDeath() {
        let certificate = certificate(status: 1) { $0.fault = "no such counter" }
        #expect(certificate.cause == .exit)
        #expect(certificate.text.hasSuffix("; no such counter"))
    }

    @Test func channelThatWasClosed() {
        let words = LastWords(reading: Array("Channel closed\n".utf8))
        #expect(certificate { $0.lastWords = words }.cause == .channelClosed)
        #expect(certificate(status: 74) { $0.lastWords = words }.cause == .channelClosed)
        #expect(certificate(status: 74) { _ in }.cause == .exit)
        #expect(certificate(status: 1) { $0.lastWords = words }.cause == .exit)
    }

    @Test func lastOutputIsForItsOwnerOnly() {
        let certificate = certificate(status: 1) {
            $0.lastLine = "loading"
            $0.lastLineOwner = RunID(index: 1, generation: 1)
        }
        #expect(certificate.error(of: RunID(index: 1, generation: 1)).hasSuffix("; last output: \"loading\""))
        #expect(!certificate.error(of: RunID(index: 2, generation: 1)).contains("loading"))
        #expect(certificate.error(of: RunID(index: 2, generation: 1)).hasPrefix("Worker crashed: exited"))
        #expect(!certificate.logText.contains("loading"))
    }

    /// The labels are part of the interface.
    @Test func causes() {
        #expect(
            DeathCertificate.Cause.allCases.map(\.rawValue) == [
                "signal", "out_of_memory", "exit", "system_exit", "exception", "limit", "setup_timeout",
                "prediction_timeout", "cancel_ignored", "channel_closed", "misbehavior",
            ])
    }
}

/// What workers write when they die.
@Suite struct LastWordsTexts {
    private func words(_ text: String) -> LastWords? { LastWords(reading: Array(text.utf8)) }

    @Test(arguments: ["", "\n", "hello\n", "  File \"a\", line 1 in f\n", "Traceback (most recent call last):\n"])
    func textThatSaysNothing(text: String) {
        #expect(words(text) == nil)
    }

    @Test func currentThread() {
        let found = words(
            """
            Fatal Python error: Aborted

            Thread 0x01 (most recent call first):
              File "/src/other.py", line 1 in wait
            Current thread 0x02 (most recent call first):
              File "/usr/lib/python3.11/ctypes/__init__.py", line 519 in string_at
              File "/src/my predict.py", line 12 in run it
              File "/x/site-packages/cog/_worker/sync.py", line 40 in serve
              File "<string>", line 1 in <module>
            Thread 0x03 (most recent call first):
              File "/src/third.py", line 1 in wait

            Extension modules: a, b (total: 2)
            """)
        #expect(found?.reason == .signal)
        #expect(found?.frames.map(\.line) == [519, 12])
        #expect(found?.modelFrame?.text == "/src/my predict.py, line 12, in run it")
    }

    @Test func withoutACurrentThreadTheModelsIsTaken() {
        let found = words(
            """
            Fatal Python error: Segmentation fault

            Thread 0x01 (most recent call first):
              File "/usr/lib/python3.11/threading.py", line 1 in wait
            Thread 0x02 (most recent call first):
              File "/src/predict.py", line 7 in run
            """)
        #expect(found?.frames.map(\.line) == [7])
    }

    @Test func lastErrorCounts() {
        let found = words(
            """
            Stack (most recent call first):
              File "/src/predict.py", line 1 in run
            Fatal Python error: Aborted

            Current thread 0x02 (most recent call first):
              File "/src/predict.py", line 2 in run
            """)
        #expect(found?.frames.map(\.line) == [2])
        let twice = "Stack (most recent call first):\n  File \"/a\", line 1 in f\n"
        #expect(words(twice + twice.replacing("line 1", with: "line 2"))?.frames.map(\.line) == [2])
    }

    @Test func threadWithoutPython() {
        let head = "Fatal Python error: Aborted\n\nCurrent thread 0x02 (most recent call first):\n"
        let found = words(head + "  <no Python frame>\n")
        #expect(found?.reason == .signal)
        #expect(found?.frames == [])
    }

    @Test(arguments: [
        "  File \"", "  File \"\"", "  File \"a\" line 1 in f", "  File \"a\", line x in f", "  File \"a\", line 1 f",
        "  File \"a\", line 99999999999999999999 in f", "  File a, line 1 in f", "  File \"a\", line 1 in",
    ])
    func framesThatAreNone(line: String) {
        #expect(words("Stack (most recent call first):\n\(line)\n")?.frames == [])
    }

    @Test func forgedTextIsBoundedAndPrintable() {
        let name = String(repeating: "\u{1}é", count: 9000)
        let frame = "  File \"\(name)\", line 1 in f\n"
        let found = words("Stack (most recent call first):\n" + String(repeating: frame, count: 500))
        #expect(found?.frames.count == LastWords.frameLimit)
        #expect(found?.frames.allSatisfy { $0.file.unicodeScalars.count <= 512 && !$0.file.contains("\u{1}") } == true)
        let garbage = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(LastWords(reading: garbage) == nil)
    }
}

/// What was printed last, and which prediction printed it.
@Suite struct OutputTails {
    private let first = RunID(index: 1, generation: 1)
    private let second = RunID(index: 2, generation: 1)

    private func tail(_ texts: [(String, RunID?)]) -> OutputTail {
        var tail = OutputTail()
        for (text, run) in texts { Array(text.utf8).withUnsafeBytes { tail.printed($0, of: run) } }
        return tail
    }

    @Test(arguments: [
        ("", nil), ("\n \n", nil), ("a\nb\n", "b"), ("a\nb", "b"), ("a\n\n \n", "a"), ("a\tb\u{1B}c", "abc"),
    ])
    func lastLine(text: String, line: String?) {
        #expect(tail([(text, first)]).lastLine == line)
    }

    @Test func piecesJoin() {
        #expect(tail([("a\nlo", first), ("ading", first)]).lastLine == "loading")
    }

    @Test func textOfAnotherBeginsAnew() {
        let tail = tail([("secret", first), ("\n", second)])
        #expect(tail.lastLine == nil)
        #expect(tail.owner == second)
    }

    @Test func onlyTheEndIsKept() {
        let long = String(repeating: "x", count: 100_000)
        #expect(tail([(long, nil)]).lastLine?.count == OutputTail.lineLimit + 1)
        #expect(tail((0..<1000).map { ("line \($0)\n", first) }).lastLine == "line 999")
    }

    @Test func tracebackOfAFatalErrorIsNoOutput() {
        let head = "hello\nFatal Python error: Aborted\n\nCurrent thread 0x1 (most recent call first):\n"
        let tail = tail([(head + "  File \"/a\", line 3 in f\n", first)])
        #expect(tail.lastLine == "hello")
        #expect(tail.lastWords?.frames.map(\.line) == [3])
    }
}

/// Which deaths the kernel's OOM killer explains.
@Suite struct OutOfMemoryKills {
    @Test func eachKillExplainsOneDeath() {
        var counts = DeathCounts()
        counts.started(kills: 5, isOnly: true)
        counts.started(kills: 5, isOnly: false)
        #expect(counts.wasKilledByKernel(kills: 5) == false)
        #expect(counts.wasKilledByKernel(kills: 7) == true)
        #expect(counts.wasKilledByKernel(kills: 7) == true)
        #expect(counts.wasKilledByKernel(kills: 7) == false)
        #expect(counts.starts == 2)
    }

    @Test func killsOfOthersAreForgottenWhenTheNextWorkerStarts() {
        var counts = DeathCounts()
        counts.started(kills: 0, isOnly: true)
        #expect(counts.wasKilledByKernel(kills: 3) == true)
        counts.started(kills: 3, isOnly: true)
        #expect(counts.wasKilledByKernel(kills: 3) == false)
    }

    @Test func kernelThatDoesNotSay() {
        var counts = DeathCounts()
        counts.started(kills: nil, isOnly: true)
        #expect(counts.wasKilledByKernel(kills: nil) == false)
        #expect(counts.wasKilledByKernel(kills: 1) == false)
    }

    @Test func deathsAreCountedByCause() {
        var counts = DeathCounts()
        counts.died(of: .exit)
        counts.died(of: .exit)
        #expect(counts.of(.exit) == 2)
        #expect(counts.of(.signal) == 0)
    }
}
