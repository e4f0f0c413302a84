import EventLoop
import Glibc
import Testing

// Serialised: the reaper waits for every child of this process.
@Suite(.serialized) struct ProcessTests {
    /// A child's exit code is reported.
    @Test func exitCode() throws {
        try withLoop { loop in
            var exit: Process.Exit?
            let child = try Process(
                on: loop, .init(executable: "sh", arguments: ["-c", "exit 7"]), onExit: { exit = $0 })
            #expect(child.id > 0)
            loop.run()
            #expect(exit == .init(status: 7, signal: 0))
            #expect(!child.isRunning)
            // Nothing is sent to the process that has the id now.
            child.kill(SIGKILL)
        }
    }

    /// A killed child is reported with the signal.
    @Test func exitSignal() throws {
        try withLoop { loop in
            var exit: Process.Exit?
            let child = try Process(
                on: loop, .init(executable: "sleep", arguments: ["30"]), onExit: { exit = $0 })
            child.kill(SIGTERM)
            loop.run()
            #expect(exit == .init(status: 0, signal: SIGTERM))
        }
    }

    /// A whole process group is killed, also what the child started.
    @Test func killsTheGroup() throws {
        try withLoop { loop in
            let (ours, theirs) = try socketPair()
            var exit: Process.Exit?
            let child = try Process(
                on: loop,
                .init(
                    executable: "sh", arguments: ["-c", "sleep 30 & echo started; wait"],
                    descriptors: [nil, theirs, 2], startsSession: true), onExit: { exit = $0 })
            Glibc.close(theirs)
            let stream = try PipeStream(on: loop, descriptor: ours)
            let recorder = Recorder()
            stream.delegate = recorder
            try stream.startReading()
            try loop.run(until: { recorder.received == Array("started\n".utf8) })
            #expect(getpgid(child.id) == child.id)
            child.killGroup(SIGKILL)
            // The end of the stream comes when the last process that holds it is gone.
            try loop.run(until: { recorder.hasEnded && exit != nil })
            #expect(exit == .init(status: 0, signal: SIGKILL))
            stream.close()
        }
    }

    /// The child gets the arguments, environment, directory and descriptors it was given.
    @Test func childGetsWhatItIsGiven() throws {
        try withLoop { loop in
            let (ours, theirs) = try socketPair()
            var exit: Process.Exit?
            let script = "echo \"$0 $1 $NAME $HOME\"; pwd; cat <&0; echo extra >&4; readlink /proc/$$/fd/0"
            _ = try Process(
                on: loop,
                .init(
                    executable: "/bin/sh", arguments: ["-c", script, "zero", "a b"], environment: ["NAME=value"],
                    workingDirectory: "/usr", descriptors: [nil, theirs, 2, nil, theirs]), onExit: { exit = $0 })
            Glibc.close(theirs)
            let stream = try PipeStream(on: loop, descriptor: ours)
            let recorder = Recorder()
            stream.delegate = recorder
            try stream.startReading()
            try loop.run(until: { recorder.hasEnded && exit != nil })
            let output = String(decoding: recorder.received, as: UTF8.self)
            #expect(output == "zero a b value \n/usr\nextra\n/dev/null\n")
            stream.close()
        }
    }

    /// What is changed in the environment replaces the variables of the same name, and the others stay.
    @Test func childGetsAChangedEnvironment() throws {
        try withLoop { loop in
            let (ours, theirs) = try socketPair()
            var exit: Process.Exit?
            let script = "echo \"$HOME $HOMES $NEW\"; [ -n \"$PATH\" ] && env | grep -c ^HOME="
            _ = try Process(
                on: loop,
                .init(
                    executable: "/bin/sh", arguments: ["-c", script],
                    changedEnvironment: ["HOME=/a=b", "HOMES=x", "NEW=y z"], descriptors: [nil, theirs, 2]),
                onExit: { exit = $0 })
            Glibc.close(theirs)
            let stream = try PipeStream(on: loop, descriptor: ours)
            let recorder = Recorder()
            stream.delegate = recorder
            try stream.startReading()
            try loop.run(until: { recorder.hasEnded && exit != nil })
            #expect(String(decoding: recorder.received, as: UTF8.self) == "/a=b x y z\n1\n")
            stream.close()
        }
    }

    /// A child gets none of the descriptors that others have opened here without thinking of children.
    @Test func childGetsNothingElse() throws {
        try withLoop { loop in
            let (ours, theirs) = try socketPair()
            var open = [dup(theirs), dup(theirs), dup(theirs)]
            #expect(open.allSatisfy { fcntl($0, F_GETFD) == 0 })
            defer { open.forEach { Glibc.close($0) } }
            var exit: Process.Exit?
            let script =
                "for n in 0 1 2 3 4 \(open.map(String.init).joined(separator: " ")); do"
                + " [ -e /proc/$$/fd/$n ] && echo $n; done"
            _ = try Process(
                on: loop,
                .init(executable: "/bin/sh", arguments: ["-c", script], descriptors: [nil, theirs, 2, nil, theirs]),
                onExit: { exit = $0 })
            Glibc.close(theirs)
            open.forEach { Glibc.close($0) }
            open = []
            let stream = try PipeStream(on: loop, descriptor: ours)
            let recorder = Recorder()
            stream.delegate = recorder
            try stream.startReading()
            try loop.run(until: { recorder.hasEnded && exit != nil })
            #expect(String(decoding: recorder.received, as: UTF8.self) == "0\n1\n2\n4\n")
            stream.close()
        }
    }

    /// The error about a missing program names it, and leaves nothing behind.
    @Test func missingProgram() throws {
        try withLoop { loop in
            let error = #expect(throws: EventLoopError.self) {
                try Process(on: loop, .init(executable: "/no/such/program"), onExit: { _ in })
            }
            #expect("\(error!)" == "cannot start /no/such/program: no such file or directory")
        }
    }

    /// The waiting code learns of the end of an inherited child, even if the child ended before its id was known.
    @Test(arguments: [("exit 7", 7, 0), ("kill -9 $$", 0, Int(SIGKILL))])
    func endOfAnInheritedChildIsTold(script: String, status: Int, signal: Int) throws {
        try OrphanReaper.adoptOrphans()
        defer { try? OrphanReaper.adoptOrphans(false) }  // the other tests do without as well
        try withLoop { loop in
            let keeper = try Timer(on: loop) {}
            keeper.start(after: .seconds(60))
            var reaped: [Int32] = []
            let reaper = try OrphanReaper(on: loop) { reaped.append($0) }
            var ends: [Int32] = [-1, -1]
            var gate: [Int32] = [-1, -1]
            #expect(pipe(&ends) == 0 && pipe(&gate) == 0)
            // The child waits while the writing end is open.
            #expect(fcntl(gate[1], F_SETFD, FD_CLOEXEC) == 0)
            let expectation = AdoptedProcess.Expectation(on: loop)
            var hasLeft = false
            _ = try Process(
                on: loop,
                .init(
                    executable: "sh",
                    arguments: ["-c", "exec 3<&0; sh -c 'read line; \(script)' <&3 3<&- & echo $!"],
                    descriptors: [gate[0], ends[1], 2]),
                onExit: { _ in hasLeft = true })
            close(ends[1])
            close(gate[0])
            try loop.run(until: { hasLeft })
            // Its parent might have waited for it, had it ended sooner.
            close(gate[1])
            var text = [UInt8](repeating: 0, count: 32)
            let count = read(ends[0], &text, text.count)
            close(ends[0])
            let id = Int32(String(decoding: text[..<max(0, count - 1)], as: UTF8.self)) ?? 0
            var info = siginfo_t()
            #expect(waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) == 0)
            var exit: Process.Exit?
            let adopted = try #require(AdoptedProcess(on: loop, id: id) { exit = $0 })
            // Somebody waits for it already.
            #expect(AdoptedProcess(on: loop, id: id) { _ in } == nil)
            withExtendedLifetime(expectation) {}
            try loop.run(until: { exit != nil })
            #expect(exit == Process.Exit(status: status, signal: Int32(signal)))
            #expect(adopted.peakMemoryBytes ?? 0 > 0)
            #expect(reaped == [])
            reaper.close()
            keeper.close()
        }
    }

    /// Only a child of this process can be waited for.
    @Test(arguments: [Int32(0), 1, -1, .max])
    func strangerIsNotAdopted(id: Int32) throws {
        try withLoop { loop in #expect(AdoptedProcess(on: loop, id: id) { _ in } == nil) }
    }

    /// Orphans that this process inherits are waited for, and children of ours keep their exit status.
    @Test func orphansAreReaped() throws {
        // Inherit orphans as the first process of a container does.
        try OrphanReaper.adoptOrphans()
        #expect(OrphanReaper.isNeeded)
        defer { try? OrphanReaper.adoptOrphans(false) }  // the other tests do without as well
        try withLoop { loop in
            // Neither the reaper nor what it waits for keeps the loop running.
            let keeper = try Timer(on: loop) {}
            keeper.start(after: .seconds(60))
            var reaped: [Int32] = []
            let reaper = try OrphanReaper(on: loop) { reaped.append($0) }
            var exits: [Int] = []
            for status in 1...3 {
                // The inner shell is left behind by its parent and ends later.
                _ = try Process(
                    on: loop,
                    .init(executable: "sh", arguments: ["-c", "(sleep 0.05; exit 9) & exit \(status)"]),
                    onExit: { exits.append($0.status) })
            }
            try loop.run(until: { exits.count == 3 && reaped.count >= 3 })
            #expect(exits.sorted() == [1, 2, 3])
            reaper.close()
            reaper.close()
            keeper.close()
        }
    }
}

@Suite(.serialized) struct SignalTests {
    /// A signal is reported on the loop instead of ending the process.
    @Test func signalIsTold() throws {
        try withLoop { loop in
            var signals = 0
            let source = try SignalSource(on: loop, signal: SIGUSR2) { signals += 1 }
            kill(getpid(), SIGUSR2)
            try loop.run(until: { signals == 1 })
            source.close()
            source.close()
        }
    }

    /// A signal that cannot be caught is refused.
    @Test func uncatchableSignal() throws {
        try withLoop { loop in
            #expect(throws: EventLoopError.self) {
                try SignalSource(on: loop, signal: SIGKILL) {}
            }
        }
    }
}
