/// How the transfer of a file has ended.
public enum TransferOutcome: String, CaseIterable, Sendable {
    case succeeded, failed, canceled

    /// The outcome of what ended in `result`.
    public init<Success>(_ result: Result<Success, FileError>) {
        switch result {
        case .success: self = .succeeded
        case .failure(.canceled): self = .canceled
        case .failure: self = .failed
        }
    }
}
