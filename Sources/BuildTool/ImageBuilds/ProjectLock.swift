import Foundation
import Glibc
import ToolBasics

/// The lock of a project, so that two builds of it take turns.
package struct ProjectLock: Sendable {
    private let descriptor: Int32

    /// Waits for the lock, asking every 100 ms, until it is free or the task is canceled.
    package static func take(_ stateDirectory: String) async throws -> ProjectLock {
        do {
            try FileManager.default.createDirectory(atPath: stateDirectory, withIntermediateDirectories: true)
        } catch {
            throw FileFailure.cannotMake(stateDirectory, error)
        }
        let path = stateDirectory + "/cog.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileFailure.cannotOpen(path, errno: errno) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            do {
                try await Task.sleep(for: .milliseconds(100))
            } catch {
                close(descriptor)
                throw Interrupted()
            }
        }
        return ProjectLock(descriptor: descriptor)
    }

    package func release() { close(descriptor) }
}
