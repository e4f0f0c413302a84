import Testing

@testable import CogKit

private let document = """
    {"openapi": "3.0.2", "info": {}, "paths": {}, "components": {"schemas": {
      "Size": {"enum": [1, 2], "type": "integer"},
      "Input": {"properties": {
        "b": {"type": "string", "x-order": 0}, "a": {"type": "string", "format": "uri", "x-order": 1},
        "size": {"allOf": [{"$ref": "#/components/schemas/Size"}], "x-order": 2},
        "flag": {"anyOf": [{"type": "boolean"}, {"type": "null"}], "x-order": 3}
      }}
    }}}
    """

/// In the order of the signature, without those that the command line has.
@Test func inputsThatAreOffered() throws {
    let candidates = InputCandidates(try ModelDocument(document), .predictions)
    #expect(
        candidates.offered(besides: ["cog", "predict", "-i", ""])
            == ["b=", "a=@", "size=1", "size=2", "flag=true", "flag=false"])
    #expect(candidates.offered(besides: ["-i", "size=1", "-i", "b=x=y", "-i", "flag=true"]) == ["a=@"])
}

@Test func documentWithoutInputsOffersNothing() throws {
    let empty = try ModelDocument(#"{"openapi": "3.0.2", "info": {}, "paths": {}}"#)
    #expect(InputCandidates(empty, .trainings).offered(besides: []) == [])
}
