import Glibc

/// Variables of the environment that only the server may know.
enum SecretVariable {
    /// Removes a variable from what workers inherit, and its value from `/proc/PID/environ`, which shows the memory that this
    /// process was started with.
    static func forget(_ variable: Variable) {
        if let value = getenv(variable.name) { explicit_bzero(value, strlen(value)) }
        unsetenv(variable.name)
    }
}
