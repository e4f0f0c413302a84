internal import HTTPClient

/// The arguments of `coglet playground`, which the `cog` command passes on.
public struct PlaygroundOptions: Equatable, Sendable {
    /// The host to listen on.
    public var host = "127.0.0.1"
    /// The port; 0 lets the kernel choose one.
    public var port = 0
    /// The server that the page starts with.
    public var target = "http://localhost:8393"
    /// The name under which model servers reach this machine, for webhooks.
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

    /// The base URL for webhooks, on the port that the page is served on.
    func webhookBase(port: Int) -> String {
        let host = webhookHost.contains(":") && !webhookHost.hasPrefix("[") ? "[\(webhookHost)]" : webhookHost
        return "http://\(host):\(port)"
    }
}

/// A problem with the arguments of `coglet playground`.
public enum PlaygroundOptionsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no such argument.
    case unknown(String)
    /// The last argument needs a value.
    case missingValue(String)
    /// The port isn't a number from 0 to 65535.
    case invalidPort(String)
    /// The target isn't a valid server address.
    case invalidTarget(ProxyTargetProblem)

    /// The problem as one printable sentence.
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
