import Subprocess
import ToolBasics

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// Runs other programs; the one place that starts processes.
package struct Tool: Sendable {
    /// A name that is looked up on PATH, or a path.
    package let name: String
    /// Changes to the process's own environment; nil removes a variable.
    package var environment: [String: String?]
    /// Where the program runs; nil for the current directory.
    package var directory: String?
    /// How long the program may take to end when the task is canceled, before it is killed.
    package var endTime = Duration.seconds(10)

    package init(_ name: String, environment: [String: String?] = [:], directory: String? = nil) {
        self.name = name
        self.environment = environment
        self.directory = directory
    }

    /// What a program said and how it ended.
    package struct Answer: Sendable {
        /// The exit status, or 128 and the number of the signal.
        package let status: Int32
        package let output: String
        package let error: String

        package var succeeded: Bool { status == 0 }
        /// Both texts, for messages.
        package var text: String {
            [error.trimmingSpaces, output.trimmingSpaces].filter { !$0.isEmpty }.joined(separator: "\n")
        }
    }

    /// Where a program's output goes.
    package enum Output: Sendable {
        case standardOutput
        case standardError
        case discarded
    }

    /// What a text answer may have at most.
    private static let answerLimitBytes = 64 << 20

    private var executable: Executable { name.contains("/") ? .path(FilePath(name)) : .name(name) }

    private var fullEnvironment: Environment {
        .inherit.updating(
            Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0), $1) }))
    }

    /// When the task is canceled, the program is asked to end, and killed after ``endTime``.
    private var options: PlatformOptions {
        var options = PlatformOptions()
        options.teardownSequence = [.send(signal: .interrupt, allowedDurationToNextStep: endTime)]
        return options
    }

    /// Runs the program to its end and takes its texts.
    ///
    /// - Throws: `ProcessFailure` when the program can't be started, `Interrupted` when the task is canceled.
    package func answer(_ arguments: [String], input: String = "") async throws -> Answer {
        do {
            let result = try await Subprocess.run(
                executable, arguments: Arguments(arguments), environment: fullEnvironment,
                workingDirectory: directory.map { FilePath($0) }, platformOptions: options, input: .string(input),
                output: .string(limit: Self.answerLimitBytes), error: .string(limit: Self.answerLimitBytes))
            try Self.checkCancellation()
            return Answer(
                status: Self.status(result.terminationStatus), output: result.standardOutput,
                error: result.standardError)
        } catch {
            throw failure(error)
        }
    }

    /// Runs the program with its output shown to the user, and returns its exit status.
    ///
    /// - Parameters:
    ///   - input: whether the program reads our standard input.
    ///   - output: where its standard output goes; its standard error goes to ours.
    package func show(
        _ arguments: [String], input: Bool = false, output: Output = .standardError
    ) async throws -> Int32 {
        do {
            let status: TerminationStatus
            let input: FileDescriptorInput =
                input
                ? .currentStandardInput
                : .fileDescriptor(try FileDescriptor.open("/dev/null", .readOnly), closeAfterSpawningProcess: true)
            let shown: FileDescriptorOutput =
                switch output {
                case .standardOutput: .currentStandardOutput
                case .standardError: .currentStandardError
                case .discarded:
                    .fileDescriptor(try FileDescriptor.open("/dev/null", .writeOnly), closeAfterSpawningProcess: true)
                }
            status = try await Subprocess.run(
                executable, arguments: Arguments(arguments), environment: fullEnvironment,
                workingDirectory: directory.map { FilePath($0) }, platformOptions: options, input: input,
                output: shown, error: .currentStandardError
            ).terminationStatus
            try Self.checkCancellation()
            return Self.status(status)
        } catch {
            throw failure(error)
        }
    }

    /// Runs the program with its output shown to the user, and returns its exit status and the end of what it wrote.
    ///
    /// - Parameters:
    ///   - sink: gets the output instead of the user.
    package func watch(
        _ arguments: [String], sink: (@Sendable (ArraySlice<UInt8>) -> Void)? = nil
    ) async throws -> (status: Int32, text: String) {
        try await watch(arguments, sink: sink, end: OutputEnd())
    }

    /// The same.
    ///
    /// - Parameter kept: keeps the end of the output, so that it can be read while the program runs.
    func watch(
        _ arguments: [String], sink: (@Sendable (ArraySlice<UInt8>) -> Void)? = nil, end kept: OutputEnd
    ) async throws -> (status: Int32, text: String) {
        let watch = try OutputWatch(sink, kept)
        let end = FileDescriptor(rawValue: watch.childEnd)
        do {
            let status = try await Subprocess.run(
                executable, arguments: Arguments(arguments), environment: fullEnvironment,
                workingDirectory: directory.map { FilePath($0) }, platformOptions: options,
                input: .fileDescriptor(
                    try FileDescriptor.open("/dev/null", .readOnly), closeAfterSpawningProcess: true),
                output: .fileDescriptor(try end.duplicate(), closeAfterSpawningProcess: true),
                error: .fileDescriptor(end, closeAfterSpawningProcess: true)
            ).terminationStatus
            let text = await watch.text()
            try Self.checkCancellation()
            return (Self.status(status), text)
        } catch {
            _ = await watch.text()
            throw failure(error)
        }
    }

    /// Runs the program with one file as its input and another, replaced, as its output; its standard error goes
    /// to ours.
    package func filter(_ arguments: [String], from input: String, to output: String) async throws -> Int32 {
        do {
            let result = try await Subprocess.run(
                executable, arguments: Arguments(arguments), environment: fullEnvironment,
                workingDirectory: directory.map { FilePath($0) }, platformOptions: options,
                input: .fileDescriptor(
                    try FileDescriptor.open(FilePath(input), .readOnly), closeAfterSpawningProcess: true),
                output: .fileDescriptor(
                    try FileDescriptor.open(
                        FilePath(output), .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite),
                    closeAfterSpawningProcess: true), error: .currentStandardError)
            try Self.checkCancellation()
            return Self.status(result.terminationStatus)
        } catch {
            throw failure(error)
        }
    }

    /// Runs the program to its end even when the task is canceled: for putting things in order afterwards.
    ///
    /// - Returns: nil when it can't be started.
    package func answerRegardless(_ arguments: [String]) async -> Answer? {
        await Task.detached { try? await answer(arguments) }.value
    }

    private static func checkCancellation() throws {
        if Task.isCancelled { throw Interrupted() }
    }

    private static func status(_ status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): Int32(code)
        case .signaled(let signal): 128 + Int32(signal)
        }
    }

    private func failure(_ error: any Error) -> any CommandFailure {
        if let failure = error as? any CommandFailure { return failure }
        if Task.isCancelled || error is CancellationError { return Interrupted() }
        return ProcessFailure.cannotRun(name, error)
    }
}
