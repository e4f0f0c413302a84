import Glibc

/// What `coglet` tells the worker on its command line: `--name value` pairs, all of them required.
struct WorkerOptions {
    /// The descriptors that `coglet` leaves open for the worker.
    static let workDescriptor: Int32 = 3
    static let controlDescriptor: Int32 = 4
    static let sharedMemoryDescriptor: Int32 = 5

    /// The path of libpython.
    let library: String
    /// The path of the interpreter.
    let program: String
    /// A JSON object for the Python code, passed on untouched.
    let settings: String

    /// Exits with status 64 when something is missing: only `coglet` starts the worker, so it is a mistake of ours.
    init(arguments: [String]) {
        var values: [String: String] = [:]
        var index = 1
        while index + 1 < arguments.count {
            values[arguments[index]] = arguments[index + 1]
            index += 2
        }
        guard let library = values["--libpython"], let program = values["--python"], let settings = values["--settings"]
        else {
            complain("only coglet starts this program; run `python -m cog.server.http` instead")
            exit(64)
        }
        self.library = library
        self.program = program
        self.settings = settings
    }
}
