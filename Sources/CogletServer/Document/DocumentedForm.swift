import JSON
import Predictions

/// Forms and files in request bodies, for the OpenAPI document of models that take files.
struct DocumentedForm {
    /// The schemas of the form's fields, by name.
    private let fields: [(name: String, schema: String)]
    /// Whether a file may be the whole body.
    private let takesFile: Bool
    private let component: String

    /// Nil if the inputs, described by the component `input`, contain no files.
    init?(of input: JSONValue?, for kind: DocumentedKind) {
        var fields: [(name: String, schema: String)] = []
        var (single, lists) = (0, 0)
        input?["properties"]?.forEachMember { name, schema in
            if DocumentFacts.isFile(schema) {
                single += 1
                fields.append((name, Self.file))
            } else if schema["type"]?.string == "array", DocumentFacts.isFile(schema["items"]) {
                lists += 1
                fields.append((name, #"{"type":"array","items":\#(Self.file)}"#))
            } else {
                fields.append((name, schema.text()))
            }
        }
        guard single + lists > 0 else { return nil }
        let inputs = Set(fields.map { ExactString($0.name) })
        fields += Self.envelope.filter { !inputs.contains(ExactString($0.name)) }
        self.fields = fields
        takesFile = single == 1 && lists == 0
        component = "Cog\(kind.title)Form"
    }

    private static let file = #"{"type":"string","format":"binary"}"#

    private static let envelope: [(name: String, schema: String)] = [
        ("input", #"{"title":"Input","type":"object","description":"Inputs that have no field of their own"}"#),
        ("id", #"{"title":"Id","type":"string","minLength":1,"maxLength":255}"#),
        ("context", #"{"title":"Context","type":"object","additionalProperties":{"type":"string"}}"#),
        ("webhook", #"{"title":"Webhook","type":"string"}"#),
        (
            "webhook_events_filter",
            #"{"title":"Webhook Events Filter","type":"array","items":{"type":"string","enum":["start","output","logs","completed"]}}"#
        ),
    ]

    /// Members of a request body's `content`.
    var content: String {
        #""multipart/form-data":{"schema":\#(DocumentedAnswers.reference(component))}"#
            + (takesFile ? #","application/octet-stream":{"schema":\#(Self.file)}"# : "")
    }

    /// The entry of `components.schemas`.
    var schema: String {
        var text: [UInt8] = []
        for (name, schema) in fields {
            if !text.isEmpty { text.append(UInt8(ascii: ",")) }
            appendJSONString(name, to: &text)
            text.append(UInt8(ascii: ":"))
            text.append(contentsOf: schema.utf8)
        }
        let properties = String(decoding: text, as: UTF8.self)
        return #""\#(component)":{"title":"\#(component.dropFirst(3))","type":"object","properties":{\#(properties)}}"#
    }
}
