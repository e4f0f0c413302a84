import CPythonBridge
import Glibc
import WorkerProtocol

/// The thread that becomes the interpreter's main thread.
enum PythonThread {
    /// An ordinary main thread has a stack of 8 MiB; models recurse, so use at least twice that.
    private static let stackBytes = 16 << 20
    /// Keeps the working directory, which `python -c` puts first, out of the import path until the SDK has loaded what
    /// it needs: the model's files may have the same names as Python's modules.
    private static let command =
        "import os, sys; known, path = set(sys.modules), sys.path[:]; "
        + "'' in path or os.environ.get('PYTHONSAFEPATH') or path.insert(0, ''); "
        + "sys.path[:] = [each for each in path if each not in ('', os.getcwd())]; "
        + "from cog._worker import main; main(path, known)"

    /// Starts the thread. When Python ends, the process exits with Python's status.
    static func start(running worker: WorkerRuntime, options: WorkerOptions) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, max(stackBytes, stackLimitBytes))
        var thread = pthread_t()
        let launch = Unmanaged.passRetained(Launch(worker: worker, options: options))
        let status = pthread_create(&thread, &attributes, { PythonThread.body($0) }, launch.toOpaque())
        precondition(status == 0, "pthread_create: \(status)")
    }

    /// The soft stack limit if it is finite: the stack size that the main thread of `python` itself would have.
    private static var stackLimitBytes: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0, limit.rlim_cur < 1 << 32 else {
            return 0
        }
        return Int(limit.rlim_cur)
    }

    private final class Launch {
        let worker: WorkerRuntime
        let options: WorkerOptions

        init(worker: WorkerRuntime, options: WorkerOptions) {
            self.worker = worker
            self.options = options
        }
    }

    private static func body(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        let launch = Unmanaged<Launch>.fromOpaque(argument!).takeRetainedValue()
        launch.worker.pythonThreadStarted()
        var callbacks = BridgeCallbacks.table
        let context = Unmanaged.passUnretained(launch.worker).toOpaque()
        let status = launch.options.library.withCString { library in
            launch.options.program.withCString { program in
                command.withCString { command in
                    launch.options.settings.withCString { settings in
                        var options = cogpy_options(
                            library: library, program: program, command: command, settings: settings,
                            frame_limit_bytes: FrameHeader.contentLimitBytes,
                            work_descriptor: WorkerDescriptors.work,
                            control_descriptor: launch.worker.controlQueue.descriptor)
                        return cogpy_run(&options, &callbacks, context)
                    }
                }
            }
        }
        launch.worker.pythonEnded()
        exit(status)
    }
}
