import Synchronization
import Terminal
import ToolBasics

/// Shows the last line of an installer's log as the detail of an activity's step.
final class InstallLog: Sendable {
    private let activity: Activity
    private let step: String
    private let line = Mutex<[UInt8]>([])

    init(_ activity: Activity, _ step: String) {
        self.activity = activity
        self.step = step
        activity.show(step)
    }

    /// Takes what the installer has written, in pieces of any size.
    func feed(_ bytes: ArraySlice<UInt8>) {
        line.withLock { line in
            line += bytes
            while let end = line.firstIndex(of: UInt8(ascii: "\n")) {
                let text = String(decoding: line[..<end], as: UTF8.self).trimmingSpaces
                if !text.isEmpty { activity.show(step, detail: text) }
                line.removeSubrange(...end)
            }
        }
    }
}
