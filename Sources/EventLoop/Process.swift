internal import CLibuv
internal import Glibc

/// A child process.
///
/// The child starts with default signal dispositions, an empty signal mask, and the descriptors in ``Options/descriptors``
/// alone. The object stays alive until the child has ended, then closes itself.
public final class Process {
    /// How to start a child.
    public struct Options {
        /// The program; searched in `PATH` when it has no slash.
        public var executable: String
        /// All arguments, the program's name first.
        public var arguments: [String]
        /// The environment as `NAME=value`; `nil` takes over this process's own.
        public var environment: [String]?
        /// Variables as `NAME=value` that the child gets in place of those of the same name, whatever ``environment`` is.
        public var changedEnvironment: [String]
        /// The working directory; `nil` takes over this process's own.
        public var workingDirectory: String?
        /// What the child's descriptors 0, 1, 2, … are: a descriptor of this process, or `nil` for `/dev/null`;
        /// from 3 on `nil` leaves a gap.
        public var descriptors: [Int32?]
        /// Makes the child the leader of a new session, and so of a new process group: a terminal's Ctrl-C doesn't reach it,
        /// and ``Process/killGroup(_:)`` reaches what it started.
        public var startsSession: Bool

        /// Describes a child; `arguments` come after the program's name, which is put in front of them.
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

    /// How a child ended: `status` is the exit code, or `signal` is not 0 and ended it.
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
    /// Whether the child's end has not been noticed yet.
    public var isRunning: Bool { exit == nil }
    /// How the child ended, once it has.
    public private(set) var exit: Exit?

    private let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_process_t>
    private var onExit: (Exit) -> Void

    /// Starts a child; `onExit` is called on the loop, once.
    public init(on loop: EventLoop, _ options: Options, onExit: @escaping (Exit) -> Void) throws(EventLoopError) {
        loop.preconditionInEventLoop()
        self.loop = loop
        self.onExit = onExit
        handle = .allocate(capacity: 1)
        handle.initialize(to: uv_process_t())
        // Set before the start: libuv links the handle into the loop even when the start fails, so it must be closed then.
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

    /// Sends the child a signal. A child that has ended is none of ours any more: nothing is sent then.
    public func kill(_ signal: Int32) {
        loop.preconditionInEventLoop()
        guard isRunning else { return }
        uv_process_kill(handle, signal)
    }

    /// Sends a signal to the child and to all of its process group; the child must lead one (``Options/startsSession``).
    ///
    /// Also works after the child has ended, while members of the group that it left behind are alive.
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

    /// The child's environment as libuv wants it, every string a copy. What is taken over stays byte for byte.
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
                    // A connection that a child holds too is not closed for its other end when this process closes it.
                    coguv_close_on_exec_from(3)
                    return uv_spawn(loop.raw, handle, &raw)
                }
            }
        }
    }
}

@available(*, unavailable)
extension Process: Sendable {}
