/// Responses and their body schemas for the OpenAPI document.
enum DocumentedAnswers {
    /// Statuses that any request can get.
    static let anywhere = [400, 408, 414, 431, 500, 501, 503]

    /// A reference to a component.
    static func reference(_ name: String) -> String { ##"{"$ref":"#/components/schemas/\##(name)"}"## }

    /// The members of `responses` for errors.
    static func errors(_ statuses: [Int]) -> String { responses(statuses + anywhere, schema: "CogError") }

    /// The members of `responses` for errors of these statuses alone, with a component as their schema.
    static func responses(_ statuses: [Int], schema: String) -> String {
        statuses.sorted().map { status in
            #""\#(status)":{"description":"\#(description(of: status))","content":{"application/json":{"schema":\#(reference(schema))}}}"#
        }.joined(separator: ",")
    }

    private static func description(of status: Int) -> String {
        switch status {
        case 400: "The body is neither JSON nor a form, or the request is not HTTP/1.1"
        case 403: "A web page of another origin isn't allowed to make this request"
        case 404: "There is no such prediction, file, or model, or it is no longer kept"
        case 406: "The model offers no event streams"
        case 408: "The request arrives too slowly"
        case 409: "All slots are taken, or a prediction with this ID is running"
        case 413: "The body, or a file in it, is too large"
        case 414: "The URL is too long"
        case 415: "The body has another content type or content coding"
        case 422: "The input or the ID is invalid"
        case 429: "All slots are taken, or too many clients follow this prediction"
        case 431: "The header fields are too large"
        case 500: "The server has failed"
        case 507: "There is no room for a file of the request"
        case 501: "The transfer coding is unknown"
        default: "The model is not ready, or the server has no memory left"
        }
    }

    /// The components that all routes share. Input errors have `detail`; all others have `error`.
    static let components =
        ##"""
        "CogError":{"title":"Error","type":"object","required":["error","status"],"properties":{
          "error":{"title":"Error","type":"string"},"status":{"title":"Status","type":"string","enum":["failed"]}}},
        "CogHealth":{"title":"Health","type":"object","required":["status"],"properties":{
          "status":{"title":"Status","type":"string",
            "enum":["STARTING","READY","BUSY","SETUP_FAILED","UNHEALTHY","DEFUNCT"]},
          "setup":{"title":"Setup","type":"object","properties":{
            "status":{"title":"Status","type":"string"},"logs":{"title":"Logs","type":"string"},
            "started_at":{"title":"Started At","type":"string","format":"date-time"},
            "completed_at":{"title":"Completed At","type":"string","format":"date-time"}}},
          "version":{"title":"Version","type":"object","additionalProperties":{"type":"string"}},
          "user_healthcheck_error":{"title":"User Healthcheck Error","type":"string"},
          "workers":{"title":"Workers","type":"array","items":{"type":"object","properties":{
            "index":{"type":"integer"},"status":{"type":"string"},"pid":{"type":"integer"},"slots":{"type":"integer"},
            "running":{"type":"integer"}}}}}},
        "HTTPValidationError":{"properties":{
          "error":{"title":"Error","type":"string"},"status":{"title":"Status","type":"string","enum":["failed"]}}}
        """##
}
