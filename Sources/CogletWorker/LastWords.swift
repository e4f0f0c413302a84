import Glibc
import WorkerProtocol

/// What the worker's own threads leave for the server, which reads it after the worker's death.
enum LastWords {
    /// Says that the worker ends because its channel is gone.
    static func tellChannelClosed() {
        let words = Array("\(LastWordsText.channelClosed)\n".utf8)
        // The model may have closed this descriptor too: then the server doesn't learn the reason.
        _ = write(WorkerDescriptors.sharedMemory, words, words.count)
    }
}
