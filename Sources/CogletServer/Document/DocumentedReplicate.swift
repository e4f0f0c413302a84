/// The routes for Replicate's clients, for the OpenAPI document.
enum DocumentedReplicate {
    /// The members of `paths`.
    static func paths(streams: Bool) -> String {
        let events =
            #""/v1/predictions/{prediction_id}/stream":{"get":{"summary":"Stream","description":"The events of a prediction as Replicate writes them","operationId":"stream_v1_predictions__prediction_id__stream_get","parameters":[\#(id)],"responses":{"200":{"description":"Successful Response","content":{"text/event-stream":{}}},"204":{"description":"The client has seen every event"},\#(DocumentedAnswers.errors([404, 406, 429]))}}},"#
        return #"""
            "/v1/predictions":{"post":{"summary":"Create","description":"Begin a prediction as Replicate's clients do",
              "operationId":"create_v1_predictions_post","parameters":[\#(prefer)],\#(begin)}},
            "/v1/models/{owner}/{name}/predictions":{"post":{"summary":"Create for a model","description":"The same, whatever the model is called",
              "operationId":"create_v1_models_predictions_post","parameters":[\#(segment("owner")),\#(segment("name")),\#(prefer)],\#(begin)}},
            "/v1/predictions/{prediction_id}":{"get":{"summary":"Get","description":"The state of a prediction",
              "operationId":"get_v1_predictions__prediction_id__get","parameters":[\#(id)],"responses":{\#(state(200)),\#(DocumentedAnswers.errors([404]))}}},
            \#(streams ? events : "")
            "/v1/models/{owner}/{name}/versions/{version}":{"get":{"summary":"Version","description":"The document of the model",
              "operationId":"get_v1_models_versions_get","parameters":[\#(segment("owner")),\#(segment("name")),\#(segment("version"))],
              "responses":{"200":{"description":"Successful Response","content":{"application/json":{"schema":{"type":"object","required":["id","openapi_schema"],"properties":{
                "id":{"type":"string"},"cog_version":{"type":"string"},"created_at":{"type":"string","format":"date-time"},"openapi_schema":{"type":"object"}}}}}},
                \#(DocumentedAnswers.errors([404]))}}},
            "/v1/predictions/{prediction_id}/cancel":{"post":{"summary":"Cancel","description":"Cancel a prediction",
              "operationId":"cancel_v1_predictions__prediction_id__cancel_post","parameters":[\#(id)],
              "responses":{\#(state(200)),\#(DocumentedAnswers.errors([403, 404]))}}}
            """#
    }

    private static let id =
        #"{"in":"path","name":"prediction_id","required":true,"schema":{"title":"Prediction Id","type":"string","minLength":1,"maxLength":255}}"#

    private static let prefer =
        #"{"in":"header","name":"Prefer","required":false,"description":"`wait` or `wait=5` asks for the result, if it comes in time","schema":{"title":"Prefer","type":"string"}}"#

    private static func segment(_ name: String) -> String {
        #"{"in":"path","name":"\#(name)","required":true,"schema":{"type":"string","minLength":1,"pattern":"^[A-Za-z0-9._-]+$"}}"#
    }

    private static var begin: String {
        #""requestBody":{"required":true,"content":{"application/json":{"schema":\#(DocumentedAnswers.reference("CogReplicateRequest"))}}},"responses":{\#(state(201)),"422":{"description":"Validation Error","content":{"application/json":{"schema":\#(DocumentedAnswers.reference("HTTPValidationError"))}}},\#(DocumentedAnswers.errors([403, 409, 413, 415, 429, 507]))}"#
    }

    private static func state(_ status: Int) -> String {
        #""\#(status)":{"description":"Successful Response","content":{"application/json":{"schema":\#(DocumentedAnswers.reference("CogReplicatePrediction"))}}}"#
    }

    /// The members of `components.schemas`.
    static func components(needsInput: Bool) -> String {
        #"""
        "CogReplicateRequest":{"title":"ReplicateRequest","type":"object",\#(needsInput ? #""required":["input"],"# : "")"properties":{
          "input":\#(DocumentedAnswers.reference("Input")),"version":{"title":"Version","type":"string"},"webhook":{"title":"Webhook","type":"string","format":"uri"},
          "webhook_events_filter":{"title":"Webhook Events Filter","type":"array","items":{"type":"string","enum":["start","output","logs","completed"]}}}},
        "CogReplicatePrediction":{"title":"ReplicatePrediction","allOf":[\#(DocumentedAnswers.reference("CogPredictionState")),
          {"type":"object","required":["model","urls","version"],"properties":{"model":{"title":"Model","type":"string"},"version":{"title":"Version","type":"string"},
          "urls":{"title":"Urls","type":"object","required":["get","cancel"],"properties":{"get":{"title":"Get","type":"string"},
          "cancel":{"title":"Cancel","type":"string"},"stream":{"title":"Stream","type":"string"}}}}}]}
        """#
    }
}
