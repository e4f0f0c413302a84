import Glibc
import WorkerProtocol

/// The arguments that `coglet` passes to the worker: `--name value` pairs, all of them required.
struct WorkerOptions {
    /// The path of libpython.
    let library: String
    /// The path of the interpreter.
    let program: String
    /// A JSON object for the Python code, passed on unchanged.
    let settings: String
    /// How many files the model's process may have open.
    let descriptorLimit: Int

    /// Exits with status 64 if an argument is missing. Only `coglet` starts the worker, so that would be a bug of ours.
    init(arguments: [String]) {
        var values: [String: String] = [:]
        var index = 1
        while index + 1 < arguments.count {
            values[arguments[index]] = arguments[index + 1]
            index += 2
        }
        guard let library = values[WorkerArgument.library], let program = values[WorkerArgument.program],
            let settings = values[WorkerArgument.settings],
            let descriptorLimit = values[WorkerArgument.descriptorLimit].flatMap(Int.init)
        else {
            complain("only coglet starts this program; run `python -m cog.server.http` instead")
            exit(64)
        }
        self.library = library
        self.program = program
        self.settings = settings
        self.descriptorLimit = descriptorLimit
    }

    /// Sets the soft limit of open files; leaves the hard limit unchanged.
    func limitDescriptors() {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = min(rlim_t(descriptorLimit), limit.rlim_max)
        setrlimit(resource, &limit)
    }
}
