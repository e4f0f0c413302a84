import JSON
import Predictions
import Testing

/// Which strings of an input are files.
@Suite struct FilePlaces {
    @Test(
        arguments: [
            ([":image"], #"{"image":"http://x/a.png"}"#, ["image"], []),
            ([":image"], #"{"image":"HTTPS://x"}"#, ["image"], []),
            ([":image"], #"{"image":"DaTa:,x"}"#, ["image"], []),
            ([":image"], #"{"image":"\u0064ata:,x"}"#, ["image"], []),
            ([":image"], #"{"image":"data\u003a,x"}"#, ["image"], []),
            ([":image"], #"{"image":"data"}"#, [], ["image"]),
            ([":image"], #"{"image":"/etc/passwd"}"#, [], ["image"]),
            ([":image"], #"{"image":"file:///etc/passwd"}"#, [], ["image"]),
            ([":image"], #"{"image":"ftp://x"}"#, [], ["image"]),
            ([":image"], #"{"image":"httpx://y"}"#, [], ["image"]),
            ([":image"], #"{"image":""}"#, [], ["image"]),
            (["t:image"], #"{"image":"plain"}"#, [], []),
            (["t:image"], #"{"image":"http://x"}"#, ["image"], []),
            ([":image"], #"{"image":null}"#, [], []),
            ([":image"], #"{"other":"/etc/passwd"}"#, [], []),
            ([":images/*"], #"{"images":["http://x","data:,","./y"]}"#, ["images/0", "images/1"], ["images/2"]),
            ([":images/*"], #"{"images":{"a":"http://x","b":"y"}}"#, ["images/a"], ["images/b"]),
            ([":images/*"], #"{"images":[null,{}]}"#, [], []),
            ([":config/mask"], #"{"config":{"mask":"http://x","image":"y"}}"#, ["config/mask"], []),
            ([":config/mask"], #"{"config":["http://x"]}"#, [], []),
            (["t:a/*/b/*"], #"{"a":[{"b":["http://x","y"]},{"b":{"k":"data:,"}}]}"#, ["a/0/b/0", "a/1/b/k"], []),
            ([":*/*"], #"{"":{"a":"http://x"}}"#, ["/a"], []), ([":*"], #"{"":"http://x"}"#, [""], []),
            ([":a", ":b"], #"{"b":"http://x","a":"http://y"}"#, ["a", "b"], []),
            ([], #"{"a":"http://x"}"#, [], []),
        ] as [([String], String, [String], [String])])
    func places(patterns: [String], input: String, files: [String], refused: [String]) throws {
        let patterns = FilePatterns(patterns)
        let found = patterns.find(in: try JSONDocument.parsing(input).root)
        #expect(found.files.map(\.pointer) == files)
        #expect(found.refused?.pointer == refused.first)
    }

    /// The model opens files itself, except those contained in the URL.
    @Test(arguments: [("http://x", false), (" https://x", false), ("Data:,x", true), ("\\u0064ata:,x", true)])
    func openedFiles(url: String, isFetched: Bool) throws {
        let input = try JSONDocument.parsing(#"{"f":["\#(url)"]}"#).root
        #expect(FilePatterns(["o:f/*"]).find(in: input).files.map(\.isFetched) == [isFetched])
        #expect(FilePatterns([":f/*"]).find(in: input).files.map(\.isFetched) == [true])
        #expect(FilePatterns(["to:f"]).find(in: try JSONDocument.parsing(#"{"f":"x"}"#).root).refused == nil)
    }

    /// The position of the string in the text, where it is removed.
    @Test func contents() throws {
        let text = #"{"image" : "data:image/png;base64,AAAA" }"#
        let found = try #require(FilePatterns([":image"]).find(in: try JSONDocument.parsing(text).root).files.first)
        #expect(String(decoding: Array(text.utf8)[found.contents], as: UTF8.self) == "data:image/png;base64,AAAA")
    }
}
