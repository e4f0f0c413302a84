/// The limits and timeouts of a server. Sizes and counts are the largest that are still accepted.
public struct HTTPConfiguration {
    /// Bytes of a request target; a longer one is answered 414.
    public var targetLimitBytes = 65_536
    /// Bytes of a request head, request line and empty line included; a longer one is answered 431.
    public var headLimitBytes = 131_072
    /// Fields of a request head, and again of a trailer; more are answered 431.
    public var fieldLimit = 100
    /// Bytes of a request body; a longer one is answered ``bodyTooLarge``.
    public var bodyLimitBytes = 104_857_600
    /// Bytes of the extensions of one chunk, which are read and ignored; more are answered 400.
    public var chunkExtensionLimitBytes = 4_096
    /// Bytes of further requests that are taken from a client while one of its requests runs; the others wait in the kernel.
    public var pipelineLimitBytes = 65_536
    /// Open connections; a further one is answered 503 and closed.
    public var connectionLimit = 10_000

    /// From the first byte of a head to its end, and from the acceptance of a connection to the end of its first head.
    /// `nil` is for ever, here and below.
    public var headTimeout: Duration? = .seconds(30)
    /// How long no byte of a body may arrive.
    public var bodyTimeout: Duration? = .seconds(60)
    /// How long a connection may stay open between two requests.
    public var idleTimeout: Duration? = .seconds(75)
    /// How long a client may take none of the bytes that are sent to it.
    public var writeTimeout: Duration? = .seconds(120)
    /// After an answer that ends the connection, how long the client may neither send nor close: it gets to read the answer.
    public var lingerTimeout = Duration.seconds(5)
    /// How long a client may go on sending after such an answer altogether.
    public var lingerLimit = Duration.seconds(30)
    /// How long requests that were received in part when draining began have to arrive.
    public var drainTimeout = Duration.seconds(1)

    /// Bytes of the body of a refused request that are read and thrown away to keep the connection.
    public var discardLimitBytes = 262_144

    /// Whether the handler is told of every answer.
    public var reportsAnswers = false

    /// The answer to a request whose body is longer than allowed.
    public var bodyTooLarge = Response.plainText(
        "Failed to buffer the request body: length limit exceeded", status: 413)
    /// The answer when a handler gives an exchange up without an answer.
    public var unanswered = Response.empty(500)

    /// The defaults.
    public init() {}
}
