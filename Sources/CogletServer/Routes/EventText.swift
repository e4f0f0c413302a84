import JSON

/// The contents of a prediction's event.
enum EventText {
    /// The name and the data of an event, each of which is one line.
    static func parts(of event: [UInt8]) -> (name: String, data: JSONValue)? {
        let lines = event.split(separator: UInt8(ascii: "\n"))
        guard lines.count == 2, lines[0].starts(with: "event: ".utf8), lines[1].starts(with: "data: ".utf8) else {
            return nil
        }
        // The server wrote this, so it is JSON.
        guard let data = try? JSONDocument.parsing(String(decoding: lines[1].dropFirst(6), as: UTF8.self)) else {
            return nil
        }
        return (String(decoding: lines[0].dropFirst(7), as: UTF8.self), data.root)
    }

    /// The output in an event, for readers of plain text: strings unchanged, everything else as JSON. Nil if there is
    /// none.
    static func chunk(of event: [UInt8]) -> String? {
        parts(of: event).flatMap { $0.name == "output" ? chunk(in: $0.data) : nil }
    }

    /// The output in an event's data.
    static func chunk(in data: JSONValue) -> String {
        data["chunk"]?.string ?? data["chunk"]?.text() ?? ""
    }
}
