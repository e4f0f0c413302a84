internal import CLibuv
internal import Glibc

/// A child process.
///
/// The child starts with default signal dispositions, an empty signal mask, and only the descriptors in
/// ``Options/descriptors``. The object stays alive until the child has ended, then closes itself.
public final class Process {
    /// How to start a child.
    public struct Options {
        /// The program; looked up in `PATH` if it contains no slash.
        public var executable: String
        /// All arguments, the program's name first.
        public var arguments: [String]
        /// The environment as `NAME=value`; `nil` inherits this process's environment.
        public var environment: [String]?
        /// Variables as `NAME=value` that are set or replaced in the child, whatever ``environment`` is.
        public var changedEnvironment: [String]
        /// The working directory; `nil` inherits this process's.
        public var workingDirectory: String?
        /// The child's descriptors 0, 1, 2, …: each a descriptor of this process, or `nil` for `/dev/null`. From 3 on,
        /// `nil` leaves a gap.
        public var descriptors: [Int32?]
        /// Makes the child the leader of a new session, and so of a new process group. A terminal's Ctrl-C doesn't
        /// reach it, and ``Process/killGroup(_:)`` reaches the processes it started.
        public var startsSession: Bool

        /// Describes a child; `arguments` follow the program's name.
        public init(
            executable: String, arguments: [String] = [], environment: [String]? = nil,
            changedEnvironment: [String] = [], workingDirectory: String? = nil, descriptors: [Int32?] = [0, 1, 2],
            startsSession: Bool = false
        ) {
            self.executable = executable
            self.arguments = [executable] + arguments
            self.environment = environment
            self.changedEnvironment = changedEnvironment
            self.workingDirectory = workingDirectory
            self.descriptors = descriptors
            self.startsSession = startsSession
        }
    }

    /// How a child ended: with the exit code `status`, or by `signal` if that isn't 0.
    public struct Exit: Equatable, Sendable {
        /// The exit code; meaningful when ``signal`` is 0.
        public let status: Int
        /// The signal that ended the child, or 0.
        public let signal: Int32

        /// Describes an end.
        public init(status: Int, signal: Int32) {
            self.status = status
            self.signal = signal
        }
    }

    /// The child's process id.
    public private(set) var id: Int32 = 0
    /// Whether the child's end hasn't been noticed yet.
    public var isRunning: Bool { exit == nil }
    /// How the child ended, once it has.
    public private(set) var exit: Exit?

    private let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_process_t>
    private var onExit: (Exit) -> Void

    /// Starts a child. `onExit` is called once, on the loop.
    public init(on loop: EventLoop, _ options: Options, onExit: @escaping (Exit) -> Void) throws(EventLoopError) {
        loop.preconditionInEventLoop()
        self.loop = loop
        self.onExit = onExit
        handle = .allocate(capacity: 1)
        handle.initialize(to: uv_process_t())
        // Set before the start: libuv links the handle into the loop even if the start fails, so it must be closed in
        // that case too.
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()  // balanced in close()
        loop.handlesMade += 1
        let status = Self.spawn(options, on: loop, handle)
        guard status == 0 else {
            close()
            throw .cannotStart(executable: options.executable, code: status)
        }
        id = handle.pointee.pid
        loop.children.insert(id)
    }

    /// Sends the child a signal. Does nothing once the child has ended: its id may belong to another process by then.
    public func kill(_ signal: Int32) {
        loop.preconditionInEventLoop()
        guard isRunning else { return }
        uv_process_kill(handle, signal)
    }

    /// Sends a signal to the child and its whole process group, which the child must lead (``Options/startsSession``).
    ///
    /// Also works after the child has ended, while other members of the group are alive.
    public func killGroup(_ signal: Int32) {
        loop.preconditionInEventLoop()
        Glibc.kill(-id, signal)
    }

    // MARK: - Inside

    private func ended(status: Int64, signal: Int32) {
        loop.children.remove(id)
        let exit = Exit(status: Int(status), signal: signal)
        self.exit = exit
        let onExit = onExit
        close()
        onExit(exit)
    }

    private func close() {
        onExit = { _ in }
        loop.letGo(handle)
        Unmanaged.passUnretained(self).release()
    }

    /// The child's environment in libuv's form; every string is a copy. Inherited variables stay byte for byte the
    /// same.
    private static func environment(of options: Options) -> [UnsafeMutablePointer<CChar>?] {
        var strings: [UnsafeMutablePointer<CChar>?] = []
        if let own = options.environment {
            strings = own.map { strdup($0) }
        } else {
            var next = coguv_environment()
            while let variables = next, let variable = variables.pointee {
                strings.append(strdup(variable))
                next = variables + 1
            }
        }
        for change in options.changedEnvironment {
            let name = change.prefix { $0 != "=" } + "="
            strings.removeAll { string in
                guard strncmp(string!, String(name), name.utf8.count) == 0 else { return false }
                free(string)
                return true
            }
            strings.append(strdup(change))
        }
        return strings + [nil]
    }

    private static func spawn(
        _ options: Options, on loop: EventLoop, _ handle: UnsafeMutablePointer<uv_process_t>
    ) -> Int32 {
        var arguments: [UnsafeMutablePointer<CChar>?] = options.arguments.map { strdup($0) } + [nil]
        var environment = environment(of: options)
        let file = strdup(options.executable)
        let directory = options.workingDirectory.flatMap { strdup($0) }
        var entries = options.descriptors.map { descriptor in
            var entry = uv_stdio_container_t()
            if let descriptor {
                coguv_stdio_inherit(&entry, descriptor)
            } else {
                coguv_stdio_ignore(&entry)
            }
            return entry
        }
        defer {
            for string in arguments + environment + [file, directory] {
                free(string)
            }
        }
        return arguments.withUnsafeMutableBufferPointer { arguments in
            environment.withUnsafeMutableBufferPointer { environment in
                entries.withUnsafeMutableBufferPointer { entries in
                    var raw = uv_process_options_t()
                    raw.file = UnsafePointer(file)
                    raw.args = arguments.baseAddress
                    raw.env = environment.baseAddress
                    raw.cwd = UnsafePointer(directory)
                    raw.flags = options.startsSession ? UInt32(UV_PROCESS_DETACHED.rawValue) : 0
                    raw.stdio = entries.baseAddress
                    raw.stdio_count = Int32(entries.count)
                    raw.exit_cb = { handle, status, signal in
                        let process = Unmanaged<Process>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
                        process.ended(status: status, signal: signal)
                    }
                    // A connection that a child also holds would stay open for the peer when this process closes it.
                    coguv_close_on_exec_from(3)
                    return uv_spawn(loop.raw, handle, &raw)
                }
            }
        }
    }
}

@available(*, unavailable)
extension Process: Sendable {}
