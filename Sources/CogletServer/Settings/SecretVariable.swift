import Glibc

/// Environment variables that only the server may know.
enum SecretVariable {
    /// Removes a variable from the environment of workers, and its value from `/proc/PID/environ`, which shows the
    /// initial environment of this process.
    static func forget(_ variable: Variable) {
        if let value = getenv(variable.name) { explicit_bzero(value, strlen(value)) }
        unsetenv(variable.name)
    }
}
