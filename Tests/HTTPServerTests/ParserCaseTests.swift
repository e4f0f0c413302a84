import EventLoop
import Glibc
import Testing

@testable import HTTPServer

/// What requests are understood as, by the examples in `cases/`.
///
/// A case is a heading, a block of bytes and a block of events. In the bytes every line ends with CR LF; `\r`, `\n`, `\t`, `\0`,
/// `\\` and `\xHH` stand for those bytes, and a backslash at the end joins two lines. In the events `␍` and `␊` stand for CR and LF. Each case is fed whole and byte by byte,
/// and has to be the same.
@Suite struct ParserCaseTests {
    @Test(arguments: try ParserCase.all())
    func wholeRequest(parserCase: ParserCase) throws {
        #expect(try events(parserCase, byByte: false) == parserCase.events)
    }

    @Test(arguments: try ParserCase.all())
    func byteByByte(parserCase: ParserCase) throws {
        #expect(try events(parserCase, byByte: true) == parserCase.events)
    }

    /// What the handler got, then what the client got.
    private func events(_ parserCase: ParserCase, byByte: Bool) throws -> [String] {
        var events: [String] = []
        var configuration = HTTPConfiguration()
        configuration.lingerTimeout = .milliseconds(50)
        try TestServer.run(configuration) { test in
            test.handler.onRequest = { request, exchange in
                let head = request.head
                let version = head.version == .http11 ? "1.1" : "1.0"
                events.append("\(head.method) \(head.target.string) \(version)")
                for (name, value) in head.allFields {
                    events.append("field \(name.string):" + (value.isEmpty ? "" : " \(value.string)"))
                }
                if !request.body.isEmpty {
                    events.append("body " + visible(request.body.bytes))
                }
                exchange.respond(.empty(200))
            }
            let client = try test.pair()
            if byByte {
                for byte in parserCase.bytes {
                    // The server may have ended the connection by now.
                    guard (try? client.send([byte])) != nil else { break }
                    test.loop.runOnce()
                }
            } else {
                try client.send(parserCase.bytes)
            }
            client.finishSending()
            try test.run(until: {
                client.receive()
                return client.hasEnded || client.failure != 0
            })
            var rest = client.received
            while let answer = Answer(taking: &rest, hasEnded: true, toHead: parserCase.isHead) {
                let close = answer["connection"] == "close" ? " close" : ""
                events.append("answer \(answer.status)\(close)")
            }
            #expect(rest.isEmpty)
        }
        return events
    }
}

/// Text with `␍` and `␊` in place of CR and LF.
private func visible(_ bytes: UnsafeRawBufferPointer) -> String {
    bytes.reduce(into: "") { text, byte in
        switch byte {
        case 13: text += "␍"
        case 10: text += "␊"
        default: text.unicodeScalars.append(Unicode.Scalar(byte))
        }
    }
}

/// An example of the files in `cases/`.
struct ParserCase: CustomTestStringConvertible {
    let name: String
    var bytes: [UInt8] = []
    var events: [String] = []

    var testDescription: String { name }
    var isHead: Bool { bytes.starts(with: Array("HEAD ".utf8)) }

    static func all(file: String = #filePath) throws -> [ParserCase] {
        let folder = file.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/cases"
        return try ["heads", "hosts", "bodies", "chunks", "smuggling", "connections"].flatMap { name in
            parse(try contents(of: "\(folder)/\(name).md"), file: name)
        }
    }

    private static func parse(_ text: String, file: String) -> [ParserCase] {
        var cases: [ParserCase] = []
        var block: Substring?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                block = block == nil ? line.dropFirst(3) : nil
            } else if block == "http" {
                cases[cases.count - 1].bytes += bytes(line)
            } else if block == "events", !line.isEmpty {
                cases[cases.count - 1].events.append(String(line))
            } else if line.hasPrefix("## ") {
                cases.append(ParserCase(name: "\(file): \(line.dropFirst(3))"))
            }
        }
        return cases
    }

    private static func bytes(_ line: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(line.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "r"): bytes.append(13)
            case UInt8(ascii: "n"): bytes.append(10)
            case UInt8(ascii: "t"): bytes.append(9)
            case UInt8(ascii: "0"): bytes.append(0)
            case UInt8(ascii: "x"):
                bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
                rest = rest.dropFirst(2)
            case .none: return bytes
            case .some(let other): bytes.append(other)
            }
        }
        return bytes + [13, 10]
    }

    private static func contents(of path: String) throws -> String {
        let file = try #require(fopen(path, "r"), "cannot read \(path)")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var memory = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&memory, 1, memory.count, file), count > 0 {
            bytes += memory[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
