/// A process that this one is told the end of, however it came to be one.
public protocol ChildProcess: AnyObject {
    /// The process id.
    var id: Int32 { get }

    /// Sends a signal to the process and to all of its process group, which it leads.
    func killGroup(_ signal: Int32)
}

extension Process: ChildProcess {}
