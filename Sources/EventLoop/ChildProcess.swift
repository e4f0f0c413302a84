/// A child process whose end this process learns of, whether it started the child or inherited it.
public protocol ChildProcess: AnyObject {
    /// The process id.
    var id: Int32 { get }

    /// Sends a signal to the process and to its whole process group, which it leads.
    func killGroup(_ signal: Int32)
}

extension Process: ChildProcess {}
