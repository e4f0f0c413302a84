import EventLoop
import FileTransfer
import HTTPServer
import JSON
import Predictions

/// The output file of a prediction, contained in the text that shows the prediction.
struct RawFile {
    private let file: EncodedFile
    private let owner: AnyObject

    /// The media type.
    var type: String { file.type }

    /// The file in the state of a successful prediction whose output is a single file; nil if it was uploaded.
    init?(in body: SegmentedText) {
        for case .large(let text) in body.segments where text.bytes.first == UInt8(ascii: "\"") {
            guard let file = EncodedFile(UnsafeRawBufferPointer(rebasing: text.bytes.dropFirst().dropLast())) else {
                continue
            }
            self.file = file
            owner = text.owner
            return
        }
        return nil
    }

    /// The response that consists of the file, made on the thread pool; nil if that isn't possible.
    func answer(on loop: EventLoop, memory: MemoryAccount, then: @escaping (Response?) -> Void) {
        // Nothing changes the text any more.
        nonisolated(unsafe) let this = self
        let type = type
        loop.submit {
            withExtendedLifetime(this.owner) { this.file.contents(accountedIn: memory) }
        } then: { contents in
            then(contents.map { Self.answer($0, type) })
        }
    }

    /// The same for the text of a kept result; nil if it has no such file or the client doesn't want it.
    static func answer(in body: [UInt8], to preference: RawPreference, memory: MemoryAccount) -> Response? {
        // The server wrote the text, so it is readable.
        guard let state = try? JSONDocument.parsing(String(decoding: body, as: UTF8.self)).root,
            state["status"]?.string == "succeeded"
        else { return nil }
        return state["output"]?.withStringBytes { url -> Response? in
            guard let file = EncodedFile(url), preference.wants(file.type) else { return nil }
            return file.contents(accountedIn: memory).map { answer($0, file.type) }
        } ?? nil
    }

    private static func answer(_ contents: Buffer, _ type: String) -> Response {
        Response(
            status: 200,
            fields: [
                Response.Field("content-type", type), Response.Field("vary", "accept"),
                // A page made by a model must not act as one of this server's.
                Response.Field("content-security-policy", "sandbox"),
                Response.Field("x-content-type-options", "nosniff"),
            ], body: .segment(.buffer(contents)))
    }
}

@available(*, unavailable)
extension RawFile: Sendable {}
