import Foundation
import JSON
import Testing
import Workers

@testable import CogletServer

/// What is added to the documents of models.
@Suite struct DocumentAdditionsTests {
    /// The original's documents.
    private static let folders: [String] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "sdk/conformance")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return names.map { root.appending(path: "\($0)/openapi.json").path }.filter(FileManager.default.fileExists)
    }()

    /// Whether `whole` contains everything in `part`.
    private func contains(_ whole: JSONValue?, _ part: JSONValue) -> Bool {
        guard let whole else { return false }
        guard part.kind == .object else { return whole.text(sortedKeys: true) == part.text(sortedKeys: true) }
        var isPart = whole.kind == .object
        part.forEachMember { name, value in isPart = isPart && contains(whole[name], value) }
        return isPart
    }

    private func extended(_ text: String) throws -> JSONValue {
        let bytes = DocumentAdditions.extended(Array(text.utf8), mode: .predict)
        return try JSONDocument.parsing(String(decoding: bytes, as: UTF8.self)).root
    }

    @Test func thereAreDocuments() {
        #expect(Self.folders.count > 50)
    }

    /// Nothing is changed, and every reference leads somewhere.
    @Test func everyDocumentIsKept() throws {
        for path in Self.folders {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let whole = try extended(text)
            #expect(contains(whole, try JSONDocument.parsing(text).root), "\(path)")
            let schemas = whole["components"]?["schemas"]
            for part in whole.text().components(separatedBy: "#/components/schemas/").dropFirst() {
                let name = String(part.prefix { $0 != "\"" })
                #expect(schemas?[name] != nil, "\(path): \(name)")
            }
        }
    }

    @Test(arguments: ["[1,2]", "{}", #"{"paths":{"/predictions":{}}}"#, #"{"paths":[]}"#, "null"])
    func otherDocumentsStay(text: String) {
        #expect(DocumentAdditions.extended(Array(text.utf8), mode: .predict) == Array(text.utf8))
    }

    @Test func eventsAreListedForModelsThatStream() throws {
        let plain = try extended(#"{"paths":{"/predictions":{"post":{}}}}"#)
        #expect(plain["paths"]?["/predictions/{prediction_id}"]?["get"]?["responses"]?["204"] == nil)
        let streaming = try extended(#"{"paths":{"/predictions":{"post":{"x-cog-streaming":true}}}}"#)
        let get = streaming["paths"]?["/predictions/{prediction_id}"]?["get"]
        #expect(get?["responses"]?["204"] != nil)
        #expect(get?["responses"]?["200"]?["content"]?["text/event-stream"] != nil)
    }

    /// A server of predictions says that it has no trainings.
    @Test func routesOfTheOtherMode() throws {
        let document = try extended(#"{"paths":{"/trainings":{"post":{}}}}"#)
        #expect(document["paths"]?["/trainings"]?["post"]?["responses"]?["404"] != nil)
        #expect(document["paths"]?["/trainings/{training_id}"] == nil)
    }

    @Test func firstCounts() throws {
        let first = try JSONDocument.parsing(#"{"b":{"x":1.0,"z":[1]},"a":1}"#).root
        let second = try JSONDocument.parsing(#"{"c":2,"b":{"x":2,"y":3,"z":{"q":1}},"a":{"n":1}}"#).root
        var text: [UInt8] = []
        DocumentMerge.append(first, second, to: &text)
        #expect(String(decoding: text, as: UTF8.self) == #"{"a":1,"b":{"x":1.0,"y":3,"z":[1]},"c":2}"#)
    }

    /// Names that look the same are two.
    @Test func namesAreExact() throws {
        let first = try JSONDocument.parsing("{\"\u{E9}\":1}").root
        let second = try JSONDocument.parsing("{\"e\u{301}\":2}").root
        var text: [UInt8] = []
        DocumentMerge.append(first, second, to: &text)
        #expect(text == Array("{\"e\u{301}\":2,\"\u{E9}\":1}".utf8))
    }
}
