import EventLoop
import HTTPServer
import JSON
import Predictions
import Serving
import Workers

/// What the routes for Replicate's clients have in common: how predictions are started and shown.
///
/// Bound to the loop.
final class ReplicateAPI {
    /// How long a client waits by default, and at most.
    private static let waitLimitSeconds = 60
    /// As many as there are kept results, and some for running predictions.
    private static let nameLimit = 2 * Registry.finishedLimit

    private let service: PredictionService
    private let root: PathPrefix?
    private var names = ReplicateNames(limit: nameLimit)

    init(_ service: PredictionService, root: PathPrefix?) {
        self.service = service
        self.root = root
    }

    /// A prediction was requested; returns how it is shown. `model` is the path's name for the model.
    func began(_ id: String, model: String?, body: Buffer, head: RequestHead) -> AnswerForm {
        var version: String?
        // Not after a byte order mark, which no Replicate client sends.
        if let first = body.bytes.first, first != 0xEF {
            version = JSONDocument(checked: body.bytes, owner: body).root["version"]?.string
        }
        names.began(id, ReplicateNames.Name(model: model, version: version))
        var form = self.form(of: id, head)
        (form.statusOfRunning, form.statusOfResult) = (201, 201)
        return form
    }

    /// The form in which a prediction is shown.
    func form(of id: String, _ head: RequestHead) -> AnswerForm {
        let streams = service.facts?.documentFacts?.allowsStreams == true
        let url = "\(base(head))/v1/predictions/\(Self.escaped(id))"
        var urls = [("cancel", url + "/cancel"), ("get", url)]
        if streams { urls.append(("stream", url + "/stream")) }
        let name = names[id]
        var members = Array(#""model":"#.utf8)
        appendJSONString(name.model, to: &members)
        members.append(contentsOf: #","urls":{"#.utf8)
        for (index, (name, url)) in urls.enumerated() {
            members.append(contentsOf: (index > 0 ? "," : "").utf8)
            appendJSONString(name, to: &members)
            members.append(UInt8(ascii: ":"))
            appendJSONString(url, to: &members)
        }
        members.append(contentsOf: #"},"version":"#.utf8)
        appendJSONString(name.version, to: &members)
        return AnswerForm(members: members)
    }

    /// How long a client waits for the result; nil if it wants an immediate response.
    static func waitSeconds(_ prefer: Preferences.Prefer) -> Int? {
        guard prefer.waits, !prefer.isAsynchronous else { return nil }
        return min(prefer.waitSeconds ?? waitLimitSeconds, waitLimitSeconds)
    }

    /// The address by which the client knows the server, also behind proxies.
    func base(_ head: RequestHead) -> String {
        func first(_ name: StaticString) -> String? {
            guard let list = head.field(name)?.string.split(separator: ",").first else { return nil }
            let text = list.drop { $0 == " " }.prefix { $0 != " " }
            return text.isEmpty ? nil : String(text)
        }
        let scheme = first("x-forwarded-proto")?.lowercased() == "https" ? "https" : "http"
        let host = first("x-forwarded-host") ?? head.field("host")?.string ?? ""
        let root = root ?? head.field("x-forwarded-prefix").flatMap { PathPrefix($0.string) }
        return "\(scheme)://\(host)\(root?.text ?? "")"
    }

    /// A text as a segment of a path (RFC 3986, 3.3).
    static func escaped(_ id: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        for byte in id.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.append(byte)
            default: text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

@available(*, unavailable)
extension ReplicateAPI: Sendable {}
