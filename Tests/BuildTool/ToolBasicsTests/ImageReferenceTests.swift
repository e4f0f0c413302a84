import Testing

@testable import ToolBasics

@Test(
    arguments: [
        ("model", nil, "model", nil, nil),
        ("a/b:tag", nil, "a/b", "tag", nil),
        ("r8.im/a/b", "r8.im", "a/b", nil, nil),
        ("localhost/a", "localhost", "a", nil, nil),
        ("localhost:5000/a/b:v1", "localhost:5000", "a/b", "v1", nil),
        ("a@sha256:" + String(repeating: "0", count: 64), nil, "a", nil, "sha256:" + String(repeating: "0", count: 64)),
    ] as [(String, String?, String, String?, String?)])
func imageReferences(text: String, host: String?, path: String, tag: String?, digest: String?) throws {
    let reference = try ImageReference(text)
    #expect(reference.host == host)
    #expect(reference.path == path)
    #expect(reference.tag == tag)
    #expect(reference.digest == digest)
    #expect(reference.text == text)
}

@Test(arguments: ["", ":", "a:", "A", "a//b", "/a", "a/", "a b", "a:-x", "a@sha256:0", "a@md5:0", "-a", "a-"])
func otherTextsAreNoReferences(text: String) {
    #expect(throws: ImageReference.Problem.self) { try ImageReference(text) }
}
