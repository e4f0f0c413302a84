import HTTPServer
import JSON
import Predictions
import Serving
import Workers

/// Responses that depend on little or nothing. Every error is a JSON object with `error` and `status`, except inputs
/// that don't fit the model, which have `detail`.
enum Answers {
    static var notFound: Response {
        Response.json(#"{"error":"Not found. GET / lists the routes of this server.","status":"failed"}"#, status: 404)
    }
    static var unsupportedType: Response {
        Response.json(
            #"{"error":"Expected request with `Content-Type: application/json`","status":"failed"}"#, status: 415)
    }
    static var noBoundary: Response {
        Response.json(
            #"{"error":"The Content-Type multipart/form-data has no boundary that can be used. Leave the field to your HTTP client, which makes one.","status":"failed"}"#,
            status: 400)
    }
    static var badID: Response {
        Response.json(#"{"error":"Invalid URL: Invalid UTF-8 in `id`","status":"failed"}"#, status: 400)
    }
    static var crossOrigin: Response {
        Response.json(
            #"{"error":"Web pages of other origins may not shut the server down.","status":"failed"}"#, status: 403)
    }
    /// The response to a request that any page could make a browser send, from a page that isn't allowed to.
    static func foreignPage(_ origin: String) -> Response {
        let pages = origin.isEmpty ? "Web pages of other sites" : "Web pages of the origin \(origin)"
        return error(
            "\(pages) may not use this server. Its operator can allow an origin with COG_CORS_ORIGINS.", status: 403)
    }
    /// The request has no key or a wrong one (RFC 6750, section 3).
    static func unauthorized(hasKey: Bool) -> Response {
        var response =
            hasKey
            ? Response.json(
                #"{"error":"The key is wrong. Send one of those that the server was started with.","status":"failed"}"#,
                status: 401)
            : Response.json(
                #"{"error":"This server needs a key. Send it as `Authorization: Bearer KEY` or as `X-API-Key: KEY`.","status":"failed"}"#,
                status: 401)
        response.fields.append(
            Response.Field("www-authenticate", hasKey ? #"Bearer error="invalid_token""# : "Bearer"))
        return response
    }
    static var empty: Response {
        Response.json("{}")
    }
    static var unknownPrediction: Response {
        Response.json(
            #"{"error":"Prediction not found. No prediction with this ID is running, and no result is kept.","status":"failed"}"#,
            status: 404)
    }
    static var noDocument: Response {
        Response.json(#"{"error":"OpenAPI schema not available","status":"failed"}"#, status: 503)
    }
    static var notReady: Response {
        Response.json(
            #"{"error":"Setup has not finished yet. Wait until it has finished, or GET /health-check for status.","status":"failed"}"#,
            status: 503
        ).retryAfter(seconds: 5)
    }
    /// Permanent until the server is restarted, so there is no advice about when to try again.
    static var setupFailed: Response {
        Response.json(
            #"{"error":"Setup has failed, so the model can't run predictions. GET /health-check shows the logs of the setup in setup.logs. Fix the model, then restart the server.","status":"failed"}"#,
            status: 503)
    }
    static var defunct: Response {
        Response.json(
            #"{"error":"The model's worker keeps dying before it is ready. GET /health-check shows the logs of its setup in setup.logs.","status":"failed"}"#,
            status: 503
        ).retryAfter(seconds: 30)
    }
    /// The response while setup has never succeeded.
    static func noModel(_ condition: WorkerPool.Condition) -> Response {
        switch condition {
        case .setupFailed: setupFailed
        case .defunct: defunct
        case .starting, .ready: notReady
        }
    }
    static var shuttingDown: Response {
        Response.json(#"{"error":"The server is shutting down","status":"failed"}"#, status: 503)
            .retryAfter(seconds: 5)
    }
    /// No slot is free, and the queue has no place left.
    static func busy(status: Int) -> Response {
        Response.json(#"{"error":"At capacity - all prediction slots busy","status":"failed"}"#, status: status)
            .retryAfter(seconds: 1)
    }
    static var noStreams: Response {
        Response.json(
            #"{"error":"This model does not support streaming responses. Add @cog.streaming to predict() to enable SSE.","status":"failed"}"#,
            status: 406)
    }
    static var noTrainingStreams: Response {
        Response.json(
            #"{"error":"Training endpoints do not support streaming responses.","status":"failed"}"#, status: 406)
    }
    static var tooManyStreams: Response {
        Response.json(#"{"error":"Too many stream subscribers","status":"failed"}"#, status: 429)
    }

    /// The response to a `POST` with the id of another running prediction.
    static func alreadyRunning(_ id: String) -> Response {
        error("A prediction with the id \(id) is running already", status: 409)
    }

    /// The route doesn't accept the method.
    static func wrongMethod(_ route: Route) -> Response {
        var response = error("Method not allowed. \(route.path) takes \(route.allowed).", status: 405)
        response.fields.append(Response.Field("allow", route.allowed))
        return response
    }

    /// The response for a prediction that hasn't succeeded, where only its output would be a response.
    static func failure(_ end: RunEnd) -> Response {
        error(
            end.status == .canceled ? "The prediction was canceled" : end.error ?? "The prediction has failed",
            status: 500)
    }

    /// The response to an invalid request.
    static func refusal(_ error: RequestError) -> Response {
        error.isJSON
            ? .json(Array(error.description.utf8), status: error.status)
            : self.error(error.description, status: error.status)
    }

    /// Any other error.
    static func error(_ text: String, status: Int) -> Response {
        var body = Array(#"{"error":"#.utf8)
        appendJSONString(text, to: &body)
        body.append(contentsOf: #","status":"failed"}"#.utf8)
        return .json(body, status: status)
    }
}

extension Response {
    /// The same response with advice about when to try again (RFC 9110 section 10.2.3).
    func retryAfter(seconds: Int) -> Response {
        var response = self
        response.fields.append(Field("retry-after", "\(seconds)"))
        return response
    }
}
