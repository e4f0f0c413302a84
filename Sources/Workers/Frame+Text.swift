internal import WorkerProtocol

extension Frame {
    /// Gives `body` the content, with U+FFFD in place of what is not UTF-8: answers are JSON, which is.
    func withText(_ body: (UnsafeRawBufferPointer) -> Void) {
        guard content.contains(where: { $0 >= 0x80 }) else { return body(content) }
        var text = String(decoding: content, as: UTF8.self)
        text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}
