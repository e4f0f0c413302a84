/// The routes for predictions or trainings, for the OpenAPI document.
struct DocumentedRoutes {
    let kind: DocumentedKind
    /// Whether the server has the routes, or only describes those of another mode.
    let isServed: Bool
    /// Whether the model offers event streams.
    let streams: Bool
    /// Whether a prediction requires a body.
    let needsInput: Bool
    /// Whether the output is a single file.
    let outputIsFile: Bool
    /// The forms that requests may have; nil for a model that takes no files.
    let form: DocumentedForm?

    private var noun: String { kind.noun }
    private var title: String { kind.title }

    /// The members of `paths`.
    var paths: String {
        guard isServed else {
            return #""/\#(noun)s":{"post":{"responses":{\#(missing),\#(begun)}}},\#(cancel)"#
        }
        return #""/\#(noun)s":{"post":{\#(beginning),"responses":{"200":\#(events),\#(begun)}}},\#(byID),\#(cancel)"#
    }

    private var missing: String { DocumentedAnswers.errors([404]) }

    /// The parameters and the body of a request that begins a prediction.
    private var beginning: String {
        let required = needsInput ? [#""required":true"#] : []
        let content = form.map { [#""content":{\#($0.content)}"#] } ?? []
        return
            #""parameters":[\#(parameters)],"requestBody":{\#((required + content).joined(separator: ","))}"#
    }

    private var parameters: String { Self.prefer + raw }

    /// The additional parameter for models whose output is a file.
    private var raw: String { outputIsFile ? "," + Self.raw : "" }

    private static let raw =
        #"{"in":"query","name":"raw","required":false,"description":"Whether the output's file is sent as it is","schema":{"title":"Raw","type":"boolean"}}"#

    private static let prefer =
        #"{"in":"header","name":"Prefer","required":false,"description":"`respond-async` asks for an immediate answer, `wait=5` for one within 5 s","schema":{"title":"Prefer","type":"string"}}"#

    /// The additional responses to a request that begins a prediction.
    private var begun: String {
        #"\#(accepted),"422":{"description":"Validation Error"},"#
            + DocumentedAnswers.errors([403, 406, 409, 413, 415, 429, 507])
    }

    private var accepted: String {
        #""202":{"description":"It is still running","content":{"application/json":{"schema":\#(state)}}}"#
    }

    private var state: String { DocumentedAnswers.reference("Cog\(title)State") }

    /// The additional content types of a successful response.
    private var events: String {
        let content = [streams ? Self.eventStream : nil, outputIsFile ? Self.file : nil].compactMap(\.self)
        return content.isEmpty ? "{}" : #"{"content":{\#(content.joined(separator: ","))}}"#
    }

    /// A file instead of JSON, for clients that prefer its type.
    private static let file = #""*/*":{"schema":{"type":"string","format":"binary"}}"#

    private static let eventStream = #""text/event-stream":{"schema":{"type":"string"}}"#

    private var byID: String {
        let content =
            #""application/json":{"schema":\#(state)}"# + (streams ? "," + Self.eventStream : "")
            + (outputIsFile ? "," + Self.file : "")
        let parameter =
            #"{"in":"path","name":"\#(noun)_id","required":true,"schema":{"title":"\#(title) Id","type":"string","minLength":1,"maxLength":255}}"#
        let lastEvent =
            #"{"in":"header","name":"Last-Event-ID","required":false,"description":"The event that the client has seen last","schema":{"title":"Last-Event-Id","type":"string"}}"#
        let over = streams ? #""204":{"description":"The client has seen every event"},"# : ""
        return #"""
            "/\#(noun)s/{\#(noun)_id}":{
            "get":{"summary":"Get","description":"The state of a \#(noun), or its events","operationId":"get_\#(noun)s__\#(noun)_id__get",
              "parameters":[\#(parameter)\#(streams ? "," + lastEvent : "")\#(raw)],
              "responses":{"200":{"description":"Successful Response","content":{\#(content)}},\#(over)
                \#(DocumentedAnswers.errors([404, 406, 429]))}},
            "put":{"summary":"Put","description":"Run a \#(noun) under an ID that the client chooses, or join the running one",
              "operationId":"put_\#(noun)s__\#(noun)_id__put","parameters":[\#(parameter),\#(parameters)],
              "requestBody":{"required":\#(needsInput),"content":{"application/json":{"schema":\#(DocumentedAnswers.reference("Cog\(title)PutRequest"))}\#(form.map { "," + $0.content } ?? "")}},
              "responses":{"200":{"description":"Successful Response","content":{"application/json":{"schema":\#(DocumentedAnswers.reference("\(title)Response"))}\#(streams ? "," + Self.eventStream : "")\#(outputIsFile ? "," + Self.file : "")}},
                "422":{"description":"Validation Error","content":{"application/json":{"schema":\#(DocumentedAnswers.reference("HTTPValidationError"))}}},
                \#(accepted),\#(DocumentedAnswers.errors([403, 406, 409, 413, 415, 429, 507]))}}}
            """#
    }

    private var cancel: String {
        #""/\#(noun)s/{\#(noun)_id}/cancel":{"post":{"responses":{"200":{"content":{"application/json":{"schema":{"type":"object"}}}},\#(DocumentedAnswers.errors([403, 404]))}}}"#
    }

    /// The members of `components.schemas`.
    var components: String {
        let form = form.map { $0.schema + "," } ?? ""
        let required = needsInput ? #""required":["input"],"# : ""
        return #"""
            \#(form)"\#(title)Request":{\#(required)"properties":{"id":{"minLength":1,"maxLength":255}}},
            "Cog\#(title)PutRequest":{"title":"\#(title)PutRequest","type":"object",\#(required)"properties":{
              "input":\#(DocumentedAnswers.reference(kind.inputName))}},
            "Cog\#(title)State":{"title":"\#(title)State","type":"object","required":["id","status"],
              "description":"While it runs, `output` is a list of the output so far.","properties":{
              "id":{"title":"Id","type":"string"},"status":\#(DocumentedAnswers.reference("Status")),
              "input":{"title":"Input","type":"object"},"output":{"title":"Output"},"error":{"title":"Error","type":"string"},
              "logs":{"title":"Logs","type":"string"},"metrics":{"title":"Metrics","type":"object"},
              "created_at":{"title":"Created At","type":"string","format":"date-time"},
              "started_at":{"title":"Started At","type":"string","format":"date-time"},
              "completed_at":{"title":"Completed At","type":"string","format":"date-time"}}}
            """#
    }

    /// The members of `paths` that every server has.
    static let common = #"""
        "/":{"get":{"responses":{"200":{"content":{"application/json":{"schema":{"type":"object","additionalProperties":{"type":"string"}}}}},
          \#(DocumentedAnswers.errors([]))}}},
        "/health-check":{"get":{"responses":{"200":{"content":{"application/json":{"schema":\#(DocumentedAnswers.reference("CogHealth"))}}},
          \#(DocumentedAnswers.errors([]))}}}
        """#
}
