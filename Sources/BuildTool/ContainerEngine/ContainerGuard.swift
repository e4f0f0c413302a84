import ChildProcesses
import Glibc
import Subprocess

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// Removes a container when this program is killed and can't do it itself.
///
/// A shell in a session of its own waits on a socket whose other end only this program has, so that it closes when this
/// program ends in whatever way.
package final class ContainerGuard: Sendable {
    private let ownEnd: Int32

    /// The container may not exist yet when this program is killed: it is looked for several times.
    private static let script = """
        if read -r _; then exit 0; fi
        for _ in 1 2 3 4 5 6 7 8 9 10; do "$0" rm --force "$1"; sleep 2; done
        """

    /// - Parameter container: its name.
    package init(_ container: String, _ engine: Engine) {
        var ends: [Int32] = [-1, -1]
        // A socket that no other program inherits; only the shell's end is handed on.
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            // Without a guard the container is still removed on every path but a kill.
            ownEnd = -1
            return
        }
        ownEnd = ends[1]
        let input = FileDescriptor(rawValue: ends[0])
        let client = engine.client.name
        Task.detached {
            var options = PlatformOptions()
            options.createSession = true
            // A shell that can't be started guards nothing.
            _ = try? await Subprocess.run(
                .path("/bin/sh"), arguments: ["-c", Self.script, client, container], platformOptions: options,
                input: .fileDescriptor(input, closeAfterSpawningProcess: true), output: .discarded, error: .discarded)
        }
    }

    deinit { if ownEnd >= 0 { close(ownEnd) } }

    /// Says that the container is gone.
    package func release() {
        guard ownEnd >= 0 else { return }
        var line = UInt8(ascii: "\n")
        _ = write(ownEnd, &line, 1)
    }
}
