import Testing

@testable import ToolBasics

@Test(arguments: [
    ("11.8", "11.8.0", true), ("11.8.0", "11.8", true), ("11.8.1", "11.8.0", false), ("11", "11.0", true),
    ("2.0.1+cu118", "2.0.1", true), ("11.8", "12.8", false), ("2.1", "2.10", false),
])
func versionsMatch(left: String, right: String, matches: Bool) throws {
    let left = try #require(Version(left))
    let right = try #require(Version(right))
    #expect(left.matches(right) == matches)
    #expect(right.matches(left) == matches)
}

@Test(arguments: ["", "x", "2.1.0rc1", "1.2.3.4", "1..2", ".", "-1", "1.", "v1"])
func otherTextsAreNoVersions(text: String) {
    #expect(Version(text) == nil)
}
