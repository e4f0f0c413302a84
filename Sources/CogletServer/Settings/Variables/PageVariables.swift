/// The page, and proxies before it.
struct PageVariables: VariableSection {
    let title = "The page and proxies"
    let introduction =
        "See [the page](playground.md)."

    let docs = Variable(
        "COG_DOCS", "`1`", "`0` turns off the [page](playground.md) at `/docs`, and `/` answers browsers with JSON")
    let rootPath = Variable(
        "COG_ROOT_PATH", "",
        "the path below which clients see the server, such as `/models/a`. Requests are accepted with and without it, because "
            + "some proxies remove it. If it isn't set, a proxy's `X-Forwarded-Prefix` applies")
}
