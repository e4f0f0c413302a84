import Foundation
import ToolBasics

/// Credentials that a registry doesn't take, or that can't be asked for.
package enum LoginFailure: CommandFailure {
    case noUsername
    case noPassword
    case noToken
    /// A token for the API of Replicate, which isn't one for its registry.
    case tokenOfAPI
    case otherRegistry(String)
    /// A registry, and the HTTP status of its answer.
    case status(String, Int)
    case unknownUser
    /// The HTTP status of the answer about a token.
    case unverified(Int)
    /// A registry, and what kept it from being reached.
    case unreachable(String, String)
    /// A registry, and what the client said.
    case refused(String, String)
    case unreadableInput(any Error)
    case inputNotText

    package var description: String {
        switch self {
        case .noUsername: "username cannot be empty"
        case .noPassword: "password cannot be empty"
        case .noToken: "token is empty"
        case .tokenOfAPI: "that looks like a Replicate API token, not a CLI auth token"
        case .otherRegistry(let host): "\(host) is not the Replicate registry"
        case .status(let host, let status): "\(host) returned HTTP status \(status)"
        case .unknownUser: "user does not exist"
        case .unverified(let status): "failed to verify token, got status \(status)"
        case .unreachable(let host, let reason): "can't reach \(host): \(reason)"
        case .refused(let host, let reason): "failed to log in to \(host): \(reason)"
        case .unreadableInput(let error): "can't read standard input: \(error.localizedDescription)"
        case .inputNotText: "standard input is not UTF-8 text"
        }
    }

    package var hint: String? {
        switch self {
        case .tokenOfAPI: "Run 'cog login' without a token to get one."
        case .otherRegistry: "Use 'docker login' for other registries."
        default: nil
        }
    }
}
