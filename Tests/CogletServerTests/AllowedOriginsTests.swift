import Testing

@testable import CogletServer

/// Which web pages COG_CORS_ORIGINS means.
@Suite struct AllowedOriginsTests {
    private func origins(_ text: String) -> AllowedOrigins {
        var unusable: [String] = []
        return AllowedOrigins(reading: text, unusable: &unusable)
    }

    private func unusable(_ text: String) -> [String] {
        var unusable: [String] = []
        _ = AllowedOrigins(reading: text, unusable: &unusable)
        return unusable
    }

    @Test(arguments: ["", " ", ",", "app.example", "http://", "://x", "http://a/b", "http://u@a", "https://*.a"])
    func none(text: String) {
        #expect(origins(text) == .none)
        #expect(!origins(text).contains("http://a"))
        #expect(!origins(text).contains(""))
    }

    @Test(arguments: ["*", " *", "http://a,*", "*, http://a"]) func all(text: String) {
        #expect(origins(text) == .all)
        #expect(origins(text).contains("http://b"))
        #expect(origins(text).contains("null"))
    }

    @Test(arguments: [
        ("http://a", "http://a", true), ("HTTP://A/", "http://a", true), ("http://a:80", "http://a", true),
        ("https://a", "https://a:443", true), ("http://a", "https://a", false), ("http://a", "http://a:8080", false),
        ("http://a", "http://a.b", false), ("http://[::1]:3000", "http://[::1]:3000", true), ("null", "null", true),
        ("http://a", "null", false), ("http://a http://b,\thttp://c", "http://c", true),
        ("tauri://x", "tauri://x", true),
    ])
    func listed(text: String, origin: String, isAllowed: Bool) {
        #expect(origins(text).contains(origin) == isAllowed)
    }

    @Test func whatIsUnusableIsNamed() {
        #expect(unusable("a http://b, http://c/d") == ["a", "http://c/d"])
    }
}
