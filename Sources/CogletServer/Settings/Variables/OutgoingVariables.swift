/// Requests to other servers.
struct OutgoingVariables: VariableSection {
    let title = "Requests to other servers"
    let introduction =
        "These apply to downloads, webhooks, and uploads. See [Requests to other servers](deployment.md#requests-to-other-servers)."

    let allowPrivateAddresses = Variable(
        "COG_ALLOW_PRIVATE_ADDRESSES", "`1`",
        "`0` refuses input files and webhooks at loopback, link-local, private, and reserved addresses")
    let proxies = Variable(
        "HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY", "",
        "the proxy for http, for https, and for both; `http`, `https`, `socks4`, `socks4a`, `socks5`, or "
            + "`socks5h`. If a name is set in upper and lower case, lower case wins")
    let noProxy = Variable(
        "NO_PROXY", "",
        "hosts to reach without a proxy, separated by commas: `example.com` with everything below it, "
            + "`10.0.0.0/8`, `example.com:8080`, or `*`")
    let authorities = Variable(
        "REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE", "",
        "a file or a folder with the certificate authorities that TLS trusts; the first one that is set applies")
    let systemAuthorities = Variable(
        "SSL_CERT_FILE`, `SSL_CERT_DIR", "the system's, otherwise those of `certifi`",
        "the same, if neither of those is set")
}
