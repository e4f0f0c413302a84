internal import HTTPClient

/// What `coglet playground` is told by its arguments; the command line passes them on.
public struct PlaygroundOptions: Equatable, Sendable {
    /// Where the page listens.
    public var host = "127.0.0.1"
    /// The port; the kernel chooses one for 0.
    public var port = 0
    /// The server that the page starts with.
    public var target = "http://localhost:8393"
    /// The name by which servers of models reach this machine, for webhooks.
    public var webhookHost = "host.docker.internal"

    /// Reads the arguments that follow `playground`.
    public init(_ arguments: some Sequence<String>) throws(PlaygroundOptionsError) {
        var rest = Array(arguments)[...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { throw .missingValue(name) }
            switch name {
            case "--host": host = value
            case "--port":
                guard let number = Int(value), (0...65_535).contains(number) else { throw .invalidPort(value) }
                port = number
            case "--target":
                do throws(ProxyTargetProblem) {
                    target = try ProxyTarget(value).base
                } catch {
                    throw .invalidTarget(error)
                }
            case "--webhook-host": webhookHost = value
            default: throw .unknown(name)
            }
        }
    }

    /// The address that webhooks are sent to, on the port where the page listens.
    func webhookBase(port: Int) -> String {
        let host = webhookHost.contains(":") && !webhookHost.hasPrefix("[") ? "[\(webhookHost)]" : webhookHost
        return "http://\(host):\(port)"
    }
}

/// What is wrong with the arguments of `coglet playground`.
public enum PlaygroundOptionsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// An argument that there isn't.
    case unknown(String)
    /// An argument that ends the line, and needs a value.
    case missingValue(String)
    /// The port is no number from 0 to 65535.
    case invalidPort(String)
    /// No server can be at the target.
    case invalidTarget(ProxyTargetProblem)

    /// The problem as one sentence that is fit to print.
    public var description: String {
        switch self {
        case .unknown(let name):
            "unknown argument \(name): use --host, --port, --target, and --webhook-host, each with a value"
        case .missingValue(let name): "\(name) needs a value"
        case .invalidPort(let text): "--port must be between 0 and 65535, got \(text)"
        case .invalidTarget(let problem): "--target isn't a server address: \(problem)"
        }
    }
}
