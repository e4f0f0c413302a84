/// How the transfer of a file ended.
public enum TransferOutcome: String, CaseIterable, Sendable {
    case succeeded, failed, canceled

    /// The outcome for a result.
    public init<Success>(_ result: Result<Success, FileError>) {
        switch result {
        case .success: self = .succeeded
        case .failure(.canceled): self = .canceled
        case .failure: self = .failed
        }
    }
}
