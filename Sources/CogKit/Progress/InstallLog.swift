import Synchronization

/// Shows the last line of an installer's log as the detail of a stage's step.
final class InstallLog: Sendable {
    private let stage: Stage
    private let step: String
    private let line = Mutex<[UInt8]>([])

    init(_ stage: Stage, _ step: String) {
        self.stage = stage
        self.step = step
        stage.show(step)
    }

    /// Takes what the installer has written, in pieces of any size.
    func feed(_ bytes: ArraySlice<UInt8>) {
        line.withLock { line in
            line += bytes
            while let end = line.firstIndex(of: UInt8(ascii: "\n")) {
                let text = String(decoding: line[..<end], as: UTF8.self).trimmingSpaces
                if !text.isEmpty { stage.show(step, detail: text) }
                line.removeSubrange(...end)
            }
        }
    }
}
