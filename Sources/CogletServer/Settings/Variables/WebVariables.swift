/// Web pages of other origins, and generated clients.
struct WebVariables: VariableSection {
    let title = "Web pages and generated clients"
    let introduction =
        "See [Web pages](http.md#other-web-pages) and [The document](http.md#the-document)."

    let corsOrigins = Variable(
        "COG_CORS_ORIGINS", "none",
        "origins of web pages that may use the server, separated by commas, such as `https://example.com,http://localhost:3000`; "
            + "`null` is the origin of local files, `*` means all")
    let openAPI = Variable(
        "COG_OPENAPI", "`extended`",
        "`original`: `/openapi.json` contains only what the original's document contains")
}
