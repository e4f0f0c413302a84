import EventLoop
import Glibc

/// The file that tells Kubernetes whether the model is ready: it exists while a worker is ready.
///
/// Bound to the loop; the thread pool does the work, one step at a time, so that the last change wins.
final class ReadinessFile {
    private static let path = "/var/run/cog/ready"

    private let loop: EventLoop
    private let log: Log
    private var wanted = false
    private var isWithdrawn = false
    /// The result of the last step or, if it failed, its intended result. Unknown at first, because a killed server
    /// leaves its file behind.
    private var exists: Bool?
    private var isChanging = false
    private var hasWarned = false

    init(on loop: EventLoop, log: Log) {
        self.loop = loop
        self.log = log
        change()
    }

    /// A worker has become ready, or none is ready any more.
    func set(_ isReady: Bool) {
        wanted = isReady && !isWithdrawn
        change()
    }

    /// The server is about to exit, whatever the state of its workers.
    func withdraw() {
        isWithdrawn = true
        set(false)
    }

    /// Removes the file on the calling thread, because the server exits.
    func remove() {
        _ = Self.remove()
    }

    private func change() {
        guard !isChanging, wanted != exists else { return }
        isChanging = true
        let isReady = wanted
        loop.submit {
            isReady ? Self.create() : Self.remove()
        } then: { [self] failure in
            isChanging = false
            exists = isReady
            if let failure { warn(failure) }
            change()
        }
    }

    /// Warn only once: the reason would be the same each time a worker becomes ready.
    private func warn(_ failure: String) {
        guard !hasWarned else { return }
        hasWarned = true
        log.warning(
            "coglet", "The readiness file can't be kept up to date; Kubernetes can't see whether the model is ready",
            ["path": .string(Self.path), "reason": .string(failure)])
    }

    /// Returns the reason for a failure.
    private static func create() -> String? {
        for folder in ["/var/run", "/var/run/cog"] where mkdir(folder, 0o755) != 0 && errno != EEXIST {
            return "cannot make \(folder): \(String(cString: strerror(errno)))"
        }
        let descriptor = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return "cannot create it: \(String(cString: strerror(errno)))" }
        close(descriptor)
        return nil
    }

    /// Returns the reason for a failure.
    private static func remove() -> String? {
        guard unlink(path) != 0, errno != ENOENT, errno != ENOTDIR else { return nil }
        return "cannot remove it: \(String(cString: strerror(errno)))"
    }
}

@available(*, unavailable)
extension ReadinessFile: Sendable {}
