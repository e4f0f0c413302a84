import Foundation
import JSON
import ModelSchema
import Terminal
import Testing

@testable import PredictionClient

@Test(
    arguments: [
        ("a.PNG", "image/png", ".png"), ("a.jpeg", "image/jpeg", ".jpg"),
        ("dir.png/a", "application/octet-stream", nil),
        ("a", "application/octet-stream", nil), ("a.yaml", "application/yaml", ".yaml"),
    ] as [(String, String, String?)])
func mediaTypes(path: String, type: String, suffix: String?) {
    #expect(MediaTypes.type(ofPath: path) == type)
    #expect(MediaTypes.fileExtension(ofType: type + "; charset=utf-8") == suffix)
}

/// A folder for one test.
private final class Folder {
    let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    // Left behind, it is the system's to clean up.
    deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct OutputPathTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    @Test func names() throws {
        #expect(try OutputPath(folder.path, isJSON: false).path == folder.path + "/output")
        #expect(try OutputPath(folder.path + "/", isJSON: true).path == folder.path + "/output.json")
        #expect(try OutputPath("@" + folder.path + "/x.png", isJSON: false).path == folder.path + "/x.png")
        #expect(!(try OutputPath("", isJSON: false).isExplicit))
    }

    @Test(
        arguments: [
            ("/x", nil, "image/png", "/x.png"), ("/x", "0", "image/png", "/x.0.png"),
            ("/x.webp", "1", "image/png", "/x.1.webp"),
            ("/x.1", nil, "text/plain", "/x.1.txt"), ("/x.json", "a", "image/png", "/x.a.png"),
            ("/x", nil, "x/y", "/x"),
            ("/x.json", nil, "application/json", "/x.json"),
        ] as [(String, String?, String, String)])
    func files(name: String, part: String?, type: String, file: String) throws {
        let path = try OutputPath(folder.path + name, isJSON: false)
        #expect(path.file(part: part, type: type) == folder.path + file)
    }

    @Test func placesThatCannotBeWritten() {
        #expect {
            _ = try OutputPath("/nonexistent/x", isJSON: false)
        } throws: {
            "\($0)" == "Output path is not writable: Output directory is not writable: /nonexistent"
        }
    }
}

@Suite struct OutputWriterTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    /// Files are written, numbered by their places; addresses stay.
    @Test func files() throws {
        let document = try ModelDocument(#"{"openapi": "3.0.2", "info": {}, "paths": {}}"#)
        let writer = OutputWriter(
            document: document, path: try OutputPath(folder.path + "/out", isJSON: false),
            console: Console(environment: [:], noColor: true, debug: false, terse: true))
        let schema = try JSONTree(
            parsing:
                #"{"properties": {"a": {"type": "array", "items": {"type": "string", "format": "uri"}}, "b": {"type": "string"}}}"#
        )
        let output = try JSONTree(
            parsing: #"{"a": ["data:text/plain;base64,aGk=", "https://h/x"], "b": "data:text/plain;base64,aGk="}"#)
        let (replaced, hasFiles) = try writer.writeFiles(output, schema: schema)
        #expect(hasFiles)
        #expect(replaced["a"] == .array([.string(folder.path + "/out.a.0.txt"), .string("https://h/x")]))
        #expect(replaced["b"]?.string?.hasPrefix("data:") == true)
        #expect(try String(contentsOfFile: folder.path + "/out.a.0.txt", encoding: .utf8) == "hi")
        let uri = try JSONTree(parsing: #"{"format": "uri"}"#)
        for (text, reason) in [("data:x", "into 2 parts"), ("data:x;base64,%", "it is not base64")] {
            #expect {
                _ = try writer.writeFiles(.string(text), schema: uri)
            } throws: {
                "\($0)".contains(reason)
            }
        }
    }
}

/// The server's reasons, by input; another body is shown whole.
@Test func rejectedInputs() throws {
    let body = #"{"detail": [{"loc": ["body", "input", "n"], "msg": "must be at most 3"}, {"loc": ["x"]}]}"#
    let text = PredictionInvocation.rejection(try JSONTree(parsing: body), body, .predictions)
    #expect(
        text.hasPrefix(
            "Failed to run prediction: The inputs you passed could not be validated:\n\n- n: must be at most 3\n\n"))
    let other = PredictionInvocation.rejection(nil, "no JSON", .trainings)
    #expect(other == "/trainings call returned status 422, and there was an unexpected message in response:\n\nno JSON")
}
