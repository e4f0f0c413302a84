import EventLoop
import Testing

@testable import FileTransfer

@Suite struct FileNameTests {
    /// The last segment of the path, decoded, without query.
    @Test(arguments: [
        ("http://h/img.png?x=1", "img.png"), ("http://h/a%20b+c.txt", "a b c.txt"), ("http://h/dir/", ""),
        ("http://h", ""), ("http://h?a/b", ""), ("http://h/a/b%2Fc%00d#e/f", "b_c_d"), ("http://h/%", "%"),
        ("http://h/%zz%4", "%zz%4"), ("http://h/%FF", "\u{FFFD}"), ("https://h/x/../y.bin", "y.bin"),
    ])
    func nameFromURL(_ url: String, _ name: String) {
        #expect(FileName.ofDownload(from: url) == name)
    }

    /// 200 bytes stay, 201 are shortened and keep their extension.
    @Test func longNames() {
        let stem = String(repeating: "n", count: 196)
        #expect(FileName.ofDownload(from: "http://h/\(stem).png") == stem + ".png")
        let shortened = FileName.ofDownload(from: "http://h/n\(stem).png")
        #expect(shortened.utf8.count == 200)
        #expect(shortened.hasSuffix("n~.png"))
        #expect(FileName.ofDownload(from: "http://h/" + String(repeating: "%C3%A4", count: 150)).utf8.count <= 200)
    }

    /// By the last extension, in any case of letters.
    @Test(arguments: [
        ("o.png", "image/png"), ("O.JPG", "image/jpeg"), ("a.tar.gz", "application/gzip"),
        ("x", "application/octet-stream"),
        (".png", "application/octet-stream"), ("a.", "application/octet-stream"),
        ("a.nosuch", "application/octet-stream"),
        ("s.wav", "audio/wav"), ("m.glb", "model/gltf-binary"), ("o.obj", "application/x-tgif"),
        ("t.txt", "text/plain"),
        ("w.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ])
    func mediaTypeOfName(_ name: String, _ type: String) {
        #expect(MediaType.ofOutput(named: name) == type)
    }

    /// Only what a file may have after its name; `.tar.gz` is one.
    @Test(arguments: [
        ("a.png", ".png"), ("a.tar.gz", ".tar.gz"), ("A.TAR.XZ", ".TAR.XZ"), ("a.b.c", ".c"), ("a", ""), (".png", ""),
        ("a.", ""), ("", ""), ("C:\\dir.x\\a.jpg", ".jpg"), ("../../b.sh", ".sh"), ("x.png/", ".png"), ("a.p ng", ""),
        ("a.\u{0}", ""), ("a.päng", ""), ("a.abcdefghijklmnopq", ""), ("a.abcdefghijklmnop", ".abcdefghijklmnop"),
    ])
    func suffixOfSuggestedName(_ name: String, _ suffix: String) {
        #expect(FileName.suffix(ofSuggested: name) == suffix)
    }

    /// RFC 6266, and what servers write instead.
    @Test(arguments: [
        ("attachment; filename=a.png", "a.png"), ("attachment;filename = a.png ; x=1", "a.png"), ("inline", nil),
        (#"attachment; filename="a; b \"c\".png"; size=3"#, #"a; b "c".png"#), ("ATTACHMENT; FILENAME=a.png", "a.png"),
        ("attachment; filename=a.png; filename*=UTF-8''%e2%82%ac.jpg", "€.jpg"), ("filename=a b.png", "a b.png"),
        ("attachment; filename*=iso-8859-1'en'%A3.jpg; filename=a.png", "£.jpg"), ("", nil),
        ("attachment; filename=", ""),
        ("attachment; filename*=koi8-r''%A3.jpg; filename=a.png", "a.png"), (#"attachment; filename="a.png"#, "a.png"),
        ("attachment; filename*=UTF-8''%ff.jpg; filename=a.png", "a.png"), ("attachment; filename*=a.jpg", nil),
    ])
    func contentDisposition(_ value: String, _ name: String?) {
        #expect(ContentDisposition.fileName(in: value) == name)
    }

    /// What Python's mimetypes would guess.
    @Test(arguments: [
        ("image/png", ".png"), ("image/jpeg", ".jpg"), ("audio/mpeg", ".mp3"), ("text/html", ".html"),
        ("text/plain", ".txt"),
        ("Image/PNG", ".png"), ("text/plain;charset=utf-8", ".txt"), ("application/x-nonsense", ""), ("", ""),
        ("image/webp", ".webp"), ("audio/x-wav", ".wav"), ("application/pdf", ".pdf"), ("image/png, text/html", ".png"),
        ("application/octet-stream", ".bin"),
    ])
    func extensionOfType(_ type: String, _ fileExtension: String) {
        #expect(MediaType.fileExtension(forType: type) == fileExtension)
    }

    /// JSON escapes in a literal that was taken out of a text unchanged.
    @Test func literalsAreUnescaped() {
        let literal = #"data:,a\/b\u00e4\ud83d\ude00\n\"\\"#
        let buffer = Buffer(Array("\"\(literal)\"".utf8))
        let input = FileInput(pointer: "a", text: .literal(buffer, 1..<(buffer.count - 1)))
        #expect(input.withText { String(decoding: $0, as: UTF8.self) } == "data:,a/bä😀\n\"\\")
        #expect(input.problem == nil)
        let odd = Buffer(Array(#"\u0064ata:,\ud83d\u0041\u00"#.utf8))
        let cut = FileInput(pointer: "a", text: .literal(odd, 0..<odd.count))
        #expect(cut.withText { String(decoding: $0, as: UTF8.self) } == "data:,\u{FFFD}A")
    }

    /// Only http, https and data can be fetched.
    @Test func fetchableSchemes() {
        for text in ["http://a", "https://a", "data:,", "HTTP://a", "Data:,"] {
            #expect(FileInput(pointer: "", text: .string(text)).problem == nil)
        }
        for text in ["", "/etc/passwd", "file:///etc/passwd", "httpx://a", "ftp://a", "dat"] {
            #expect(FileInput(pointer: "", text: .string(text)).problem != nil)
        }
    }
}
