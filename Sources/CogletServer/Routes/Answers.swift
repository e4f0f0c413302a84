import HTTPServer
import JSON
import Predictions

/// The answers that depend on little or nothing.
enum Answers {
    static var notFound: Response {
        Response.empty(404)
    }
    static var unsupportedType: Response {
        Response.plainText(
            "Expected request with `Content-Type: application/json`", status: 415)
    }
    static var badID: Response {
        Response.plainText("Invalid URL: Invalid UTF-8 in `id`", status: 400)
    }
    static var tooLarge: Response {
        Response.plainText("Failed to buffer the request body: length limit exceeded", status: 413)
    }
    static var empty: Response {
        Response.json("{}")
    }
    static var unknownPrediction: Response {
        Response.json("{}", status: 404)
    }
    static var noDocument: Response {
        Response.json(#"{"error":"OpenAPI schema not available"}"#, status: 503)
    }
    static var notReady: Response {
        Response.json(
            #"{"error":"Setup has not finished yet. Wait until it has finished, or GET /health-check for status.","status":"failed"}"#,
            status: 503)
    }
    static var defunct: Response {
        Response.json(
            #"{"error":"The model's worker has died too often and is not started again. GET /health-check for status.","status":"failed"}"#,
            status: 503)
    }
    static var noSlot: Response {
        Response.json(
            #"{"error":"At capacity - all prediction slots busy","status":"failed"}"#, status: 409)
    }
    static var noStreams: Response {
        Response.json(
            #"{"error":"This model does not support streaming responses. Add @cog.streaming to predict() to enable SSE."}"#,
            status: 406)
    }
    static var noTrainingStreams: Response {
        Response.json(
            #"{"error":"Training endpoints do not support streaming responses."}"#, status: 406)
    }
    static var tooManyStreams: Response {
        Response.json(#"{"error":"Too many stream subscribers"}"#, status: 429)
    }

    /// A `POST` with an id that another prediction has.
    static func alreadyRunning(_ id: String) -> Response {
        var body = Array(#"{"error":"#.utf8)
        appendJSONString("A prediction with the id \(id) is running already", to: &body)
        body.append(contentsOf: #","status":"failed"}"#.utf8)
        return .json(body, status: 409)
    }

    /// The method is not one of the route's.
    static func wrongMethod(_ route: Route) -> Response {
        .empty(405, fields: [Response.Field("allow", route.allowed)])
    }

    /// The body says something that can't be accepted.
    static func refusal(_ error: RequestError) -> Response {
        error.isJSON
            ? .json(Array(error.description.utf8), status: error.status)
            : .plainText(error.description, status: error.status)
    }
}
