import Synchronization
import Terminal

/// Shows how far a pull or a push is, by what the client writes about each layer where it finds no terminal.
final class LayerTransfer: Sendable {
    private let activity: Activity
    private let layers = Mutex(Layers())

    init(_ activity: Activity) { self.activity = activity }

    /// What the client has written besides updates about layers; it is shown if the client fails.
    var messages: String { layers.withLock { $0.messages.map { $0 + "\n" }.joined() } }

    /// Takes what the client has written, in pieces of any size.
    func feed(_ bytes: ArraySlice<UInt8>) {
        let progress = layers.withLock { layers in
            layers.feed(bytes)
            return layers.progress
        }
        if let progress { activity.show(nil, detail: progress.detail, fraction: progress.fraction) }
    }

    /// The layers of an image and which of them are there, as a value.
    struct Layers {
        private var waiting: [UInt8] = []
        private var isDone: [String: Bool] = [:]
        /// Lines that are about no layer, the last ones.
        private(set) var messages: [String] = []

        private static let messagesLimit = 100
        private static let last = ["Pull complete", "Already exists", "Pushed", "Layer already exists", "Mounted from"]

        /// How many of the layers are there; nil as long as none is known.
        var progress: (detail: String, fraction: Double)? {
            guard !isDone.isEmpty else { return nil }
            let done = isDone.values.filter { $0 }.count
            return ("\(done) of \(isDone.count) layers", Double(done) / Double(isDone.count))
        }

        mutating func feed(_ bytes: ArraySlice<UInt8>) {
            waiting += bytes
            while let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
                take(String(decoding: waiting[..<end], as: UTF8.self))
                waiting.removeSubrange(...end)
            }
        }

        /// `4f4fb700ef54: Pull complete`
        private mutating func take(_ line: String) {
            let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
            guard parts.count == 2, parts[0].count == 12, parts[0].allSatisfy(\.isHexDigit) else {
                messages = messages.suffix(Self.messagesLimit - 1) + [line]
                return
            }
            let (layer, status) = (parts[0], parts[1])
            isDone[layer] = Self.last.contains { status.hasPrefix($0) }
        }
    }
}
