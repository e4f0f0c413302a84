import Testing

@testable import HTTPClient

@Suite struct HTTPURLTests {
    /// What people write, and what is requested: the same as `requests` makes of it.
    @Test(arguments: [
        (" \t http://h/a \r\n", "http://h/a"), ("\u{FEFF}http://h\u{3000}", "http://h/"), ("HTTP://H/A", "http://h/A"),
        ("http://h/a b", "http://h/a%20b"), ("http://h/ä?ö=ü#é", "http://h/%C3%A4?%C3%B6=%C3%BC"),
        ("http://h/100%", "http://h/100%25"), ("http://h/100%/%41", "http://h/100%25/%2541"),
        ("http://h/%7euser/%2f%c3%a4", "http://h/~user/%2F%C3%A4"),
        ("http://h/a?b=100%&c=%20", "http://h/a?b=100%25&c=%2520"),
        (#"http://h/"<>\^`{|}[]"#, "http://h/%22%3C%3E%5C%5E%60%7B%7C%7D%5B%5D"), ("http://h/a\nb", "http://h/a%0Ab"),
        ("http://h/a/../b/./c", "http://h/b/c"), ("http://h/../..", "http://h/"), ("http://h/a/%2e%2e/b", "http://h/b"),
        ("http://h/a//b/", "http://h/a//b/"), ("http://h/.a/..b", "http://h/.a/..b"),
        ("http://h?a=/../?b", "http://h/?a=/../?b"),
        ("http://h:80/", "http://h:80/"), ("https://h:/", "https://h/"), ("http://h.:8/", "http://h.:8/"),
        ("http://[::1]:8/", "http://[::1]:8/"), ("http://[FE80::1%eth0]/", "http://[fe80::1%25eth0]/"),
        ("http://a_b/", "http://a_b/"), ("http://h\\@x/", "http://h/%5C@x/"), ("http://h/?", "http://h/"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://h/\u{301}?\u{301}#\u{301}", "http://h/%CC%81?%CC%81"),
    ])
    func normalized(_ written: String, _ wanted: String) throws {
        let url = try HTTPURL(written)
        #expect(url.text == wanted)
        #expect(try HTTPURL(url.text) == url)
    }

    /// What can't work, and why.
    @Test(arguments: [
        ("", HTTPURLProblem.noScheme), ("notaurl", .noScheme), ("/x", .noScheme), ("//h/x", .noScheme),
        ("1.2.3.4:5", .noScheme),
        ("ftp://h/", .otherScheme), ("file:///etc/passwd", .otherScheme), ("localhost:80/", .otherScheme),
        ("http:h", .noHost), ("http:/h", .noHost), ("http://", .noHost), ("http:///x", .noHost),
        ("http://:80/", .noHost),
        ("http://u@/", .noHost), ("http://?", .noHost), ("http://[::1", .invalidHost), ("http://[::g]/", .invalidHost),
        ("http://[]/", .invalidHost), ("http://[::1]x/", .invalidPort), ("http://a b/", .invalidHost),
        ("http://*.x/", .invalidHost), ("http://.x/", .invalidHost), ("http://a..b/", .invalidHost),
        ("http://./", .invalidHost),
        ("http://h%41/", .invalidHost), ("http://a\u{0}b/", .invalidHost), ("http://ä b/", .invalidHost),
        ("http://h:0/", .invalidPort), ("http://h:65536/", .invalidPort), ("http://h:x/", .invalidPort),
        ("http://h:+1/", .invalidPort), ("http://h:1:2/", .invalidPort), ("http://u:p%00@h/", .invalidCredentials),
    ])
    func unusable(_ written: String, _ problem: HTTPURLProblem) {
        #expect(throws: problem) { try HTTPURL(written) }
    }

    /// The limit, and one byte more.
    @Test func length() throws {
        let start = "http://h/"
        let path = String(repeating: "a", count: HTTPURL.lengthLimitBytes - start.utf8.count)
        #expect(try HTTPURL(start + path).text.utf8.count == HTTPURL.lengthLimitBytes)
        #expect(throws: HTTPURLProblem.tooLong) { try HTTPURL(start + path + "a") }
    }

    /// The examples of RFC 3492, 7.1, as labels; other dots, letters, and forms of Unicode.
    @Test(arguments: [
        ("ليهمابتكلموشعربي؟", "xn--egbpdaj6bu4bxfgehfvwxn"), ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"),
        ("Pročprostěnemluvíčesky", "xn--proprostnemluvesky-uyb24dma41a"), ("3年B組金八先生", "xn--3b-ww4c5e180e575a65lsy2b"),
        ("TạisaohọkhôngthểchỉnóitiếngViệt", "xn--tisaohkhngthchnitingvit-kjcr8268qyxafd2f1b9g"),
        ("MajiでKoiする5秒前", "xn--majikoi5-783gue6qz075azm5e"), ("ひとつ屋根の下2", "xn--2-u9tlzr9756bt3uc0v"),
        ("bu\u{308}cher", "xn--bcher-kva"), ("BÜCHER", "xn--bcher-kva"), ("faß", "xn--fa-hia"), ("ｅｘ", "ex"),
        ("例。テスト", "xn--fsq.xn--zckzah"), ("xn--bcher-kva", "xn--bcher-kva"), ("ex\u{AD}ä", "xn--ex-wia"),
    ])
    func internationalNames(_ name: String, _ wanted: String) {
        #expect(HostName.normalized(name[...]) == wanted)
    }

    /// Full-width signs may not become signs that mean something; labels and names have limits.
    @Test func namesThatCannotBe() {
        for name in ["a／b", "a＠b", "a：80", "a\u{2028}b", "ä\u{E000}", "..", "ä..b", "ä／b"] {
            #expect(HostName.normalized(name[...]) == nil, "\(name)")
        }
        let label = String(repeating: "a", count: 63)
        #expect(HostName.normalized(label[...]) == label)
        #expect(HostName.normalized((label + "a")[...]) == nil)
        let name = [label, label, label, String(label.dropLast(2))].joined(separator: ".")
        #expect(HostName.normalized(name[...])?.count == 253)
        #expect(HostName.normalized((name + "a")[...]) == nil)
        #expect(HostName.normalized((name + ".")[...])?.count == 254)
    }

    /// Credentials and queries are never printed, and neither is any part of an invalid URL.
    @Test func printable() throws {
        #expect(printableURL("http://user:p%40ss@host:1/a@b?c#d") == "http://host:1/a@b")
        #expect(printableURL("https://host?u=http://x@y") == "https://host/")
        #expect(printableURL("http://user:secret/word@host/") == "(unusable URL)")
        #expect(printableURL("nonsense") == "(unusable URL)")
        #expect(origin(ofURL: "HTTPS://u@Example.com:8/x") == "https://example.com:8")
        let url = try HTTPURL("http://us@er:p:w%2F@h/?q")
        #expect(url.credentials == .init(user: "us@er", password: "p:w/"))
        #expect(url.textWithCredentials == "http://us%40er:p%3Aw%2F@h/?q")
        #expect(try HTTPURL(url.textWithCredentials) == url)
    }

    /// Below a URL with a query and odd characters.
    @Test func below() throws {
        #expect(
            try HTTPURL("http://h/100%/up?sig=1#x").appending(segment: "b b#?.txt").text
                == "http://h/100%25/up/b%20b%23%3F.txt?sig=1")
        #expect(
            try HTTPURL("http://u:p@h/up/").appending(segment: "ä/%-._~Az9").text == "http://h/up/%C3%A4%2F%25-._~Az9")
    }

    /// RFC 3986, 5.4, as far as it concerns http.
    @Test(arguments: [
        ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"),
        ("//g", "http://g/"),
        ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"), ("#s", "http://a/b/c/d;p?q"),
        ("g#s", "http://a/b/c/g"),
        ("", "http://a/b/c/d;p?q"), (".", "http://a/b/c/"), ("..", "http://a/b/"), ("../g", "http://a/b/g"),
        ("../../../g", "http://a/g"), ("g;x=1/../y", "http://a/b/c/y"), ("https://x", "https://x/"),
        (" /a b ", "http://a/a%20b"),
        ("//bü.de/ä", "http://xn--b-eha.de/%C3%A4"), ("\\x", "http://a/%5Cx"),
    ])
    func resolved(_ reference: String, _ wanted: String) throws {
        #expect(try HTTPURL("http://a/b/c/d;p?q").resolving(reference).text == wanted)
    }

    /// Credentials stay with the scheme, the host, and the port, unless the reference has its own.
    @Test func resolvedCredentials() throws {
        let base = try HTTPURL("http://u:p@h/a")
        for same in ["b", "/b", "?c", "//h/b", "http://h:80/b", "HTTP://H/b"] {
            #expect(try base.resolving(same).credentials == base.credentials, "\(same)")
        }
        for other in ["//g/", "https://h/", "http://h:81/", "//h.x/"] {
            #expect(try base.resolving(other).credentials == nil, "\(other)")
        }
        #expect(try base.resolving("//v:q@g/").credentials?.user == "v")
    }
}
