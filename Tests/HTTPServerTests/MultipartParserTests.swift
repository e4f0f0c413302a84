import Testing

@testable import HTTPServer

/// Forms are taken apart the same way wherever the body was cut.
struct MultipartParserTests {
    /// What a part was found to be.
    struct Part: Equatable {
        var head: PartHead
        var contents: [UInt8] = []
        var isComplete = false
    }

    /// Feeds a body in pieces of this size; nil for the whole body at once.
    static func parts(of body: [UInt8], boundary: String = "b", pieces: Int? = nil) throws -> [Part] {
        var parser = try #require(MultipartParser(boundary: boundary))
        var parts: [Part] = []
        let size = pieces ?? max(1, body.count)
        for start in stride(from: 0, to: body.count, by: size) {
            try body[start..<min(start + size, body.count)].withUnsafeBytes { piece in
                try parser.feed(piece) { event in
                    switch event {
                    case .began(let head): parts.append(Part(head: head))
                    case .contents(let bytes): parts[parts.count - 1].contents += bytes
                    case .ended: parts[parts.count - 1].isComplete = true
                    }
                }
            }
        }
        try parser.finish()
        return parts
    }

    static func parts(of body: String, boundary: String = "b", pieces: Int? = nil) throws -> [Part] {
        try parts(of: Array(body.utf8), boundary: boundary, pieces: pieces)
    }

    private static func part(_ name: String, _ contents: String, file: String? = nil, type: String? = nil) -> Part {
        Part(
            head: PartHead(name: name, fileName: file, contentType: type), contents: Array(contents.utf8),
            isComplete: true)
    }

    @Test(arguments: [nil, 1, 2, 3, 5, 7, 11, 64])
    func partsAreFoundWhereverTheBodyIsCut(pieces: Int?) throws {
        let body =
            "to be ignored\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--b \t\r\n"
            + "content-type: image/png\r\nCONTENT-DISPOSITION: form-data; name=f; filename=\"x.png\"\r\n\r\n"
            + "\r\n--c\r\r\n-\r\n--\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--b--\r\nto be ignored\r\n--b\r\n"
        #expect(
            try Self.parts(of: body, pieces: pieces) == [
                Self.part("a", "one"), Self.part("f", "\r\n--c\r\r\n-\r\n--\r\n", file: "x.png", type: "image/png"),
                Self.part("a", ""),
            ])
    }

    @Test func aFormMayBeEmpty() throws {
        #expect(try Self.parts(of: "--b--") == [])
        #expect(try Self.parts(of: "\r\n--b--\r\n") == [])
    }

    @Test(arguments: [1, 4096, 4099])
    func binaryContentsStayAsTheyAre(pieces: Int) throws {
        var state: UInt32 = 7
        let contents = (0..<50_000).map { _ -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            // Mostly what boundaries are made of.
            return Array("\r\n-b\u{0}".utf8)[Int(state >> 24) % 5]
        }
        let start = Array("--bbbb\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n".utf8)
        let parts = try Self.parts(of: start + contents + Array("\r\n--bbbb--".utf8), boundary: "bbbb", pieces: pieces)
        #expect(parts.map(\.contents) == [contents])
    }

    @Test(arguments: [
        (#"form-data; name="a;b\"c\\d""#, "a;b\"c\\d", nil),
        (#"form-data; name=a; filename="C:\\x\\y.png""#, "a", "C:\\x\\y.png"),
        (#"form-data; name=a; filename="""#, "a", ""),
        ("form-data; name=a; filename=plain.png; filename*=UTF-8''na%C3%AFve.png", "a", "naïve.png"),
        ("form-data; name=a; filename*=UTF-8''%FF; filename=plain.png", "a", "plain.png"),
        (#"FORM-DATA ; NAME = "ü" ; FileName="ü.png""#, "ü", "ü.png"),
    ])
    func namesAreRead(disposition: String, name: String, fileName: String?) throws {
        let body = "--b\r\nContent-Disposition: \(disposition)\r\n\r\n\r\n--b--"
        let head = try #require(try Self.parts(of: body).first).head
        #expect(head == PartHead(name: name, fileName: fileName))
    }

    @Test(arguments: [
        "", "nothing", "--b", "--b\r\n", "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nabc",
        "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nabc\r\n--b",
        "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nabc\r\n--b-",
    ])
    func aFormWithoutItsLastBoundaryIsIncomplete(body: String) {
        for pieces in [nil, 1] {
            #expect(throws: MultipartError.unfinished) { try Self.parts(of: body, pieces: pieces) }
        }
    }

    @Test(arguments: [
        "--bx\r\n", "--b\n", "--b-x", "--b\rx", "--b x\r\n", "--b\r\n\r\nno head\r\n--b--",
        "--b\r\nContent-Disposition: attachment; name=a\r\n\r\n",
        "--b\r\nContent-Disposition: form-data; filename=a\r\n\r\n",
        "--b\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\n",
        "--b\r\nno field\r\n\r\n", "--b\r\n: no name\r\n\r\n",
        "--b\r\nX: y\nContent-Disposition: form-data; name=a\r\n\r\n",
        "--b\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\n",
    ])
    func whatBreaksTheFormatIsRefused(body: String) {
        for pieces in [nil, 1] {
            let error = #expect(throws: MultipartError.self) { try Self.parts(of: body, pieces: pieces) }
            #expect(error?.status == 400)
            #expect(error != .unfinished)
        }
    }

    @Test func aHeadThatIsNotUTF8IsRefused() {
        let body = Array("--b\r\nContent-Disposition: form-data; name=".utf8) + [0xFF] + Array("\r\n\r\n".utf8)
        #expect(throws: MultipartError.malformed("the head of a part is not UTF-8")) { try Self.parts(of: body) }
    }

    @Test func headsHaveALimit() throws {
        func body(_ count: Int) -> String {
            let start = "Content-Disposition: form-data; name=a\r\nX: "
            let padding = String(repeating: "x", count: count - start.utf8.count - 4)
            return "--b\r\n\(start)\(padding)\r\n\r\n\r\n--b--"
        }
        let limit = MultipartParser.headLimitBytes
        #expect(try Self.parts(of: body(limit)).count == 1)
        #expect(throws: MultipartError.headTooLarge(limitBytes: limit)) { try Self.parts(of: body(limit + 1)) }
        #expect(MultipartError.headTooLarge(limitBytes: limit).status == 413)
    }

    @Test func partsHaveALimit() throws {
        func body(_ count: Int) -> String {
            String(repeating: "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n", count: count) + "--b--"
        }
        let limit = MultipartParser.partLimit
        #expect(try Self.parts(of: body(limit)).count == limit)
        #expect(throws: MultipartError.tooManyParts(limit: limit)) { try Self.parts(of: body(limit + 1)) }
    }

    @Test(arguments: ["", "ends with a space ", "ünicode", "line\r\nend", String(repeating: "x", count: 71)])
    func someTextsAreNoBoundaries(boundary: String) {
        #expect(MultipartParser(boundary: boundary) == nil)
    }

    @Test func theBoundaryComesFromTheContentType() {
        #expect(MultipartParser(contentType: #"multipart/form-data; charset=utf-8; boundary="a b""#) != nil)
        #expect(MultipartParser(contentType: "multipart/form-data") == nil)
        #expect(MultipartParser(contentType: "multipart/form-data; boundary=") == nil)
    }
}
