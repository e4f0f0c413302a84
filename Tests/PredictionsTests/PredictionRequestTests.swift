import JSON
import Predictions
import Testing

private func request(_ text: String) throws -> PredictionRequest {
    let scan = RequestScan(schema: nil)
    [UInt8](text.utf8).withUnsafeBytes { scan.read($0, isFinal: true) }
    return try PredictionRequest(reading: JSONDocument.parsing(text), scan)
}

/// The envelope of a request, row by row.
@Suite struct Envelopes {
    private static let prefix = "Failed to deserialize the JSON body into the target type: "

    @Test(arguments: [
        ("null", "invalid type: null, expected struct PredictionRequest"),
        ("5", "invalid type: integer `5`, expected struct PredictionRequest"),
        ("5.5", "invalid type: floating point `5.5`, expected struct PredictionRequest"),
        (#""x""#, "invalid type: string \"x\", expected struct PredictionRequest"),
        ("true", "invalid type: boolean `true`, expected struct PredictionRequest"),
        (#"{"id":5}"#, "id: invalid type: integer `5`, expected a string"),
        (#"{"id":{}}"#, "id: invalid type: map, expected a string"),
        (#"{"webhook":5}"#, "webhook: invalid type: integer `5`, expected a string"),
        (
            #"{"webhook_events_filter":["bogus"]}"#,
            "webhook_events_filter[0]: unknown variant `bogus`, expected one of `start`, `output`, `logs`, `completed`"
        ),
        (
            #"{"webhook_events_filter":["start","Start"]}"#,
            "webhook_events_filter[1]: unknown variant `Start`, expected one of `start`, `output`, `logs`, `completed`"
        ),
        (#"{"webhook_events_filter":[1]}"#, "webhook_events_filter[0]: invalid type: integer `1`, expected a string"),
        (#"{"webhook_events_filter":null}"#, "webhook_events_filter: invalid type: null, expected a sequence"),
        (
            #"{"webhook_events_filter":"start"}"#,
            "webhook_events_filter: invalid type: string \"start\", expected a sequence"
        ),
        (#"{"context":{"a":1}}"#, "context.a: invalid type: integer `1`, expected a string"),
        (#"{"context":null}"#, "context: invalid type: null, expected a map"),
        (#"{"context":[]}"#, "context: invalid type: sequence, expected a map"),
        (#"{"input":{},"input":{}}"#, "duplicate field `input`"),
        (#"{"id":"a","\u0069d":"b"}"#, "duplicate field `id`"),
    ])
    func mistyped(text: String, problem: String) throws {
        let error = #expect(throws: RequestError.self) { try request(text) }
        #expect(error == .mistyped(problem))
        #expect(error?.status == 422)
        #expect(error?.isJSON == false)
        #expect(error?.description == Self.prefix + problem)
    }

    @Test func malformed() throws {
        let problem = try #require(throws: JSONError.self) { try JSONDocument.parsing("{") }
        let error = RequestError.malformed(problem)
        #expect(error.status == 400)
        #expect(error.description.hasPrefix("Failed to parse the request body as JSON: EOF while parsing"))
    }

    @Test func defaults() throws {
        for text in ["{}", #"{"id":null,"input":null,"webhook":null}"#, #"{"created_at":5,"Input":1,"x":1,"x":2}"#] {
            let request = try request(text)
            #expect(request.id == nil)
            #expect(request.input == nil)
            #expect(request.webhook == nil)
            #expect(request.context == nil)
            #expect(request.webhookEvents == Set(PredictionRequest.Event.allCases))
        }
    }

    @Test func everyMember() throws {
        let request = try request(
            #"""
            {"id":"","input":[1],"context":{"b":"1","a":"2"},"webhook":"not a url",
             "webhook_events_filter":["start","completed","start"]}
            """#)
        #expect(request.id == "")
        #expect(request.input?.text() == "[1]")
        #expect(request.context?.text() == #"{"b":"1","a":"2"}"#)
        #expect(request.webhook == "not a url")
        #expect(request.webhookEvents == [.start, .completed])
        #expect(try PredictionsTests.request(#"{"webhook_events_filter":[]}"#).webhookEvents == [])
    }

    /// The id is at most 255 bytes of UTF-8, without NUL.
    @Test func ids() throws {
        let longest = String(repeating: "é", count: 127) + "x"
        #expect(try request(#"{"id":"\#(longest)"}"#).id == longest)
        for id in [longest + "y", "a\\u0000b"] {
            let error = try #require(throws: RequestError.self) { try request(#"{"id":"\#(id)"}"#) }
            #expect(error.status == 422)
            #expect(error.isJSON)
            let detail = try JSONDocument.parsing(error.description).root["detail"]
            #expect(detail?[0]["loc"]?.text() == #"["body","id"]"#)
            #expect(detail?[0]["type"]?.string == "value_error")
        }
        #expect(throws: Never.self) { try PredictionRequest.check(id: "../../x") }
    }
}

/// How clients say what answer they want.
@Suite struct PreferenceFields {
    @Test(
        arguments: [
            ([], false, nil), (["respond-async"], true, nil), (["  Respond-Async "], true, nil),
            (["respond-async, wait=5"], true, 5), (["wait=5"], false, 5), (["wait=5", "respond-async"], true, 5),
            (["respond-async;x=1"], true, nil), (["return=minimal"], false, nil), (["wait=\"7\""], false, 7),
            (["wait = 7"], false, 7), (["wait=x"], false, nil), (["wait=-1"], false, nil),
            (["wait=5, wait=9"], false, 5),
            (["foo=\"respond-async\""], false, nil), (["foo=\"a, respond-async\""], false, nil), ([","], false, nil),
            (["respond-asynchronously"], false, nil), (["foo; respond-async"], false, nil),
            (["RESPOND-ASYNC , WAIT=0"], true, 0), (["foo=\"a\\\", respond-async\""], false, nil),
        ] as [([String], Bool, Int?)])
    func prefer(fields: [String], isAsynchronous: Bool, waitSeconds: Int?) {
        let prefer = Preferences.Prefer(reading: fields)
        #expect(prefer.isAsynchronous == isAsynchronous)
        #expect(prefer.waitSeconds == waitSeconds)
    }

    @Test(arguments: [
        ([], false), (["text/event-stream"], true), (["TEXT/Event-Stream"], true), (["text/event-stream;q=0.5"], true),
        (["text/event-stream ; q=1"], true), (["text/event-stream;q=0"], false),
        (["text/event-stream; Q=0.000"], false),
        (["text/html, text/event-stream"], true), (["text/html", "text/event-stream"], true), (["text/*"], false),
        (["*/*"], false), (["text/html"], false), (["text/event-stream2"], false),
        (["application/json;x=\"text/event-stream\""], false), (["text/event-stream;charset=utf-8"], true),
    ])
    func accept(fields: [String], wantsStream: Bool) {
        #expect(fields.contains { [UInt8]($0.utf8).withUnsafeBytes(Preferences.acceptsEventStream) } == wantsStream)
    }

    @Test(
        arguments: [
            ("application/json", true), ("APPLICATION/JSON", true),
            ("application/json; charset=latin-1", true),
            ("application/vnd.x+json", true), ("application/problem+JSON;a=b", true), ("text/json", false),
            ("text/plain", false), ("application/json ; a=b", true), ("application/json x", false),
            ("application/x-www-form-urlencoded", false), ("*/*", false), ("garbage", false),
            ("", false), ("application/jsonx", false), ("application/json+xml", false),
        ] as [(String, Bool)])
    func contentType(contentType: String, isJSON: Bool) {
        #expect([UInt8](contentType.utf8).withUnsafeBytes(Preferences.isJSON) == isJSON)
    }

    @Test(arguments: [
        (["image/*"], true), (["image/png"], true), (["IMAGE/PNG;q=0.1"], true), (["*/*", "image/png"], true),
        (["image/*;q=0.8, application/json;q=0.5"], true), (["image/*, application/*"], false),
        (["text/html, image/*;q=0.3, */*;q=0.2"], true),
        ([], false), (["*/*"], false), (["application/json"], false), (["image/jpeg"], false),
        (["image/png;q=0"], false),
        (["image/png;q=0, */*"], false), (["application/json, image/png"], false),
        (["image/*;q=0.5, */*;q=0.8"], false),
        (["image/png;q=0.4, application/json;q=0.5"], false), (["image/png;q=x"], true),
    ])
    func preferredType(fields: [String], isPreferred: Bool) {
        #expect(Preferences.prefers("image/png", over: "application/json", fields) == isPreferred)
    }

    @Test(
        arguments: [
            (["wait"], true, nil), (["wait=3"], true, 3), (["wait=x"], true, nil), (["respond-async"], false, nil),
        ] as [([String], Bool, Int?)])
    func waiting(fields: [String], waits: Bool, seconds: Int?) {
        let prefer = Preferences.Prefer(reading: fields)
        #expect(prefer.waits == waits)
        #expect(prefer.waitSeconds == seconds)
    }
}
