import Testing

@testable import HTTPClient

@Suite struct ProxySettingsTests {
    private func proxy(_ environment: [String: String], for url: String) throws -> String? {
        try ProxySettings { environment[$0] }.proxy(for: HTTPURL(url))?.url
    }

    /// By the scheme of the request, then for all; in upper and in lower case, which counts where both are set.
    @Test func names() throws {
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            #expect(try proxy([name: "http://p:1"], for: "http://h/") == "http://p:1", "\(name)")
        }
        #expect(try proxy(["HTTP_PROXY": "http://p:1"], for: "https://h/") == nil)
        #expect(try proxy(["https_proxy": "p:1", "ALL_PROXY": "q:1"], for: "https://h/") == "http://p:1")
        #expect(try proxy(["HTTPS_PROXY": "p:1", "https_proxy": "q:1"], for: "https://h/") == "http://q:1")
        #expect(try proxy(["HTTP_PROXY": "p:1", "http_proxy": ""], for: "http://h/") == nil)
        #expect(
            try proxy(["HTTP_PROXY": "p:1", "http_proxy": "", "ALL_PROXY": "q:1"], for: "http://h/") == "http://q:1")
        #expect(try proxy(["NO_PROXY": "h", "no_proxy": "", "HTTP_PROXY": "p:1"], for: "http://h/") == nil)
        #expect(try proxy(["NO_PROXY": "h", "no_proxy": "x", "HTTP_PROXY": "p:1"], for: "http://h/") == "http://p:1")
    }

    /// With and without scheme and port; credentials are kept apart.
    @Test(arguments: [
        ("p", "http://p:80"), ("p:3128", "http://p:3128"), ("http://p/", "http://p:80"), ("HTTPS://P", "https://p:443"),
        ("socks5h://p", "socks5h://p:1080"), (" http://u:w%40@p:1 ", "http://p:1"), ("u:w@p:1", "http://p:1"),
        ("http://[::1]:1", "http://[::1]:1"), ("bücher:1", "http://xn--bcher-kva:1"),
    ])
    func forms(_ value: String, _ wanted: String) throws {
        let proxy = try ProxySettings { $0 == "HTTP_PROXY" ? value : nil }.proxy(for: HTTPURL("http://h/"))
        #expect(proxy?.url == wanted)
        if value.contains("%40") { #expect(proxy?.credentials == .init(user: "u", password: "w@")) }
    }

    /// A proxy that can't be used is named by its variable; nothing of its value is printed.
    @Test(arguments: [
        "ftp://u:secret@p", "http://u:secret@p:x", "u:sec/ret@p", "http://", "socks://secret", "://secret",
    ])
    func unusable(_ value: String) throws {
        let settings = ProxySettings { $0 == "https_proxy" ? value : nil }
        let url = try HTTPURL("https://h/")
        do {
            _ = try settings.proxy(for: url)
            Issue.record("not refused")
        } catch {
            #expect(error.description.hasPrefix("the proxy in https_proxy cannot be used: "))
            #expect(!error.description.contains("sec"))
            #expect(!error.isTransient)
        }
    }

    /// Hosts with what is below them, addresses, blocks, ports, and everything.
    @Test(arguments: [
        ("*", "http://h/", true), ("a, *", "http://h/", true), ("h", "http://h/", true), ("H", "http://h:8/", true),
        ("h", "http://sub.h/", true), (".h", "http://sub.h/", true), (".h", "http://h/", true),
        ("h", "http://xh/", false),
        ("a b,h", "http://b/", true), ("h:8", "http://h:8/", true), ("h:8", "http://h/", false),
        ("h:80", "http://h/", true),
        ("h:443", "https://h/", true), ("10.0.0.0/8", "http://10.1.2.3/", true),
        ("10.0.0.0/8", "http://11.1.2.3/", false),
        ("10.0.0.0/8", "http://ten/", false), ("0.0.0.0/0", "http://9.9.9.9/", true),
        ("10.0.0.1", "http://10.0.0.1/", true),
        ("0.0.1", "http://10.0.0.1/", false), ("fd00::/8", "http://[fd12::1]/", true), ("::1", "http://[0::1]/", true),
        ("[::1]", "http://[::1]/", true), ("::/0", "http://1.2.3.4/", false), ("", "http://h/", false),
        (",,", "http://h/", false),
        ("10.0.0.0/33", "http://10.0.0.1/", false), ("bücher.de", "http://xn--bcher-kva.de/", true),
    ])
    func exceptions(_ list: String, _ url: String, _ covered: Bool) throws {
        #expect(try ProxyExceptions(list).cover(HTTPURL(url)) == covered, "\(list) \(url)")
    }
}
