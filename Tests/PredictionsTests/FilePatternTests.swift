import JSON
import Predictions
import Testing

/// Which strings of an input are files.
@Suite struct FilePlaces {
    @Test(
        arguments: [
            (["image"], #"{"image":"http://x/a.png"}"#, ["image"], []),
            (["image"], #"{"image":"HTTPS://x"}"#, ["image"], []),
            (["image"], #"{"image":"DaTa:,x"}"#, ["image"], []),
            (["image"], #"{"image":"/etc/passwd"}"#, [], ["image"]),
            (["image"], #"{"image":"file:///etc/passwd"}"#, [], ["image"]),
            (["image"], #"{"image":"ftp://x"}"#, [], ["image"]),
            (["image"], #"{"image":"httpx://y"}"#, [], ["image"]),
            (["image"], #"{"image":""}"#, [], ["image"]),
            (["image?"], #"{"image":"plain"}"#, [], []),
            (["image?"], #"{"image":"http://x"}"#, ["image"], []),
            (["image"], #"{"image":null}"#, [], []),
            (["image"], #"{"other":"/etc/passwd"}"#, [], []),
            (["images/*"], #"{"images":["http://x","data:,","./y"]}"#, ["images/0", "images/1"], ["images/2"]),
            (["images/*"], #"{"images":{"a":"http://x","b":"y"}}"#, ["images/a"], ["images/b"]),
            (["images/*"], #"{"images":[null,{}]}"#, [], []),
            (["config/mask"], #"{"config":{"mask":"http://x","image":"y"}}"#, ["config/mask"], []),
            (["config/mask"], #"{"config":["http://x"]}"#, [], []),
            (["a/*/b/*?"], #"{"a":[{"b":["http://x","y"]},{"b":{"k":"data:,"}}]}"#, ["a/0/b/0", "a/1/b/k"], []),
            (["a", "b"], #"{"b":"http://x","a":"http://y"}"#, ["a", "b"], []),
            ([], #"{"a":"http://x"}"#, [], []),
        ] as [([String], String, [String], [String])])
    func places(patterns: [String], input: String, files: [String], refused: [String]) throws {
        let patterns = FilePatterns(patterns)
        let found = patterns.find(in: try JSONDocument.parsing(input).root)
        #expect(found.files.map(\.pointer) == files)
        #expect(found.refused.map(\.pointer) == refused)
    }

    @Test func longDataURL() throws {
        let text = #"{"image":"data:image/png;base64,\#(String(repeating: "A", count: 70000))"}"#
        let found = FilePatterns(["image"]).find(in: try JSONDocument.parsing(text).root)
        #expect(found.files.first?.value.longStringIndex == 0)
    }
}
