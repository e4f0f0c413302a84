import Testing

@testable import CogletServer

@Suite("The page: prefixes and entity tags")
struct PageTests {
    @Test("A prefix begins with one slash and has only what a path can have")
    func prefixes() {
        #expect(PathPrefix("/models/a")?.text == "/models/a")
        #expect(PathPrefix("/models/a//")?.text == "/models/a")
        #expect(PathPrefix("/~x/%20;v=1@")?.text == "/~x/%20;v=1@")
        for text in ["", "/", "a", "//a", "/a b", "/a\\b", "/a?b", "/a#b", "/é", "/a\r\nx", "https://a"] {
            #expect(PathPrefix(text) == nil, "\(text)")
        }
    }

    @Test(
        "A prefix is removed from the paths below it",
        arguments: [
            ("/a/b/docs", "/docs"), ("/a/b", "/"), ("/a/b/", "/"), ("/a/bc", nil), ("/a", nil), ("/docs", nil),
        ] as [(String, String?)])
    func removal(path: String, rest: String?) throws {
        let prefix = try #require(PathPrefix("/a/b"))
        let found = Array(path.utf8).withUnsafeBytes { bytes in
            prefix.removed(from: bytes).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(found == rest)
    }

    @Test("A condition names tags, weak ones too, or any")
    func tags() {
        for field in [#""a""#, #"W/"a""#, #""x" , "a""#, "*"] { #expect(EntityTags.includes(#""a""#, field)) }
        for field in ["", "a", #""b""#, #""a-gzip""#] { #expect(!EntityTags.includes(#""a""#, field)) }
    }
}
