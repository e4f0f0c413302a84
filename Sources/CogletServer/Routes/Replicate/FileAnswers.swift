import FileTransfer
import HTTPServer
import JSON
import Predictions

/// The answers about files that clients have stored.
enum FileAnswers {
    static var unsupportedType: Response {
        Answers.error(
            "Expected a form with the file: `Content-Type: multipart/form-data` with the part `content`", status: 415)
    }
    static var unknown: Response {
        Answers.error(
            "File not found. The server keeps a file for an hour, as long as there is room, and until it stops.",
            status: 404)
    }

    /// The error of an input that names a file which isn't here any more, or never was.
    static func missingInput(_ pointer: String) -> RequestError {
        .invalid(
            location: ["input", pointer],
            message:
                "this server has no such file. It keeps a file for an hour, as long as there is room. Store the file again, or send it as a data URL. Servers behind one load balancer don't share files"
        )
    }

    /// Appends what is known of a file. `base` is the address by which the client knows the server.
    static func append(_ file: StoredFile, base: String, to text: inout [UInt8]) {
        let facts = file.facts
        let url = "\(base)/v1/files/\(file.id)"
        func string(_ name: StaticString, _ value: String) {
            text.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
            appendJSONString(value, to: &text)
        }
        func moment(_ name: StaticString, _ nanoseconds: Int) {
            text.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
            Timestamp(nanoseconds: nanoseconds).append(to: &text, digits: 6)
            text.append(UInt8(ascii: "\""))
        }
        string(#"{"checksums":{},"content_type":"#, facts.contentType)
        moment(#","created_at":""#, facts.createdAt)
        string(#","etag":"#, file.id)
        moment(#","expires_at":""#, facts.createdAt + Int(StoredFiles.lifetime / .nanoseconds(1)))
        string(#","id":"#, file.id)
        text.append(contentsOf: #","metadata":\#(facts.metadata)"#.utf8)
        string(#","name":"#, facts.name)
        text.append(contentsOf: #","size":\#(facts.size)"#.utf8)
        string(#","urls":{"download":"#, url + "/download")
        string(#","get":"#, url)
        text.append(contentsOf: "}}".utf8)
    }
}
