import ModelSchema
import Testing

@testable import CogCLI

private let document = """
    {"openapi": "3.0.2", "info": {}, "paths": {}, "components": {"schemas": {
      "Size": {"enum": [1, 2], "type": "integer"},
      "Input": {"properties": {
        "b": {"type": "string", "x-order": 0}, "a": {"type": "string", "format": "uri", "x-order": 1},
        "size": {"allOf": [{"$ref": "#/components/schemas/Size"}], "x-order": 2},
        "flag": {"anyOf": [{"type": "boolean"}, {"type": "null"}], "x-order": 3, "description": "On\\n or off"},
        "files": {"type": "array", "items": {"type": "string", "format": "uri"}, "x-order": 4}
      }}
    }}}
    """

/// In the order of the signature, without those that the command line has.
@Test func inputsThatAreOffered() throws {
    let candidates = InputCandidates(try ModelDocument(document), .predictions)
    #expect(
        candidates.offered(besides: ["predict", "-i"])
            == [
                Candidate("b="), Candidate("a=@"), Candidate("size=1"), Candidate("size=2"),
                Candidate("flag=true", about: "On or off"), Candidate("flag=false", about: "On or off"),
                Candidate("files=@"),
            ])
    // A list may get more items.
    let given = ["-i", "size=1", "-i", "b=x=y", "-i", "flag=true", "-i", "files=@a"]
    #expect(candidates.offered(besides: given) == [Candidate("a=@"), Candidate("files=@")])
}

@Test func documentWithoutInputsOffersNothing() throws {
    let empty = try ModelDocument(#"{"openapi": "3.0.2", "info": {}, "paths": {}}"#)
    #expect(InputCandidates(empty, .trainings).offered(besides: []) == [])
}
