import Glibc
import WorkerProtocol

/// What the worker's own threads leave for the server, which reads it after the worker's death.
enum LastWordsWriter {
    /// Records that the worker ends because its channel is gone.
    static func tellChannelClosed() {
        let words = Array("\(LastWordsText.channelClosed)\n".utf8)
        // If the model has closed this descriptor too, the server doesn't learn the reason.
        _ = write(WorkerDescriptors.sharedMemory, words, words.count)
    }
}
