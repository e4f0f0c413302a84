internal import Glibc
internal import WorkerProtocol

extension DeathCertificate {
    /// The cause of a death, and the evidence for it.
    struct Finding {
        let cause: Cause
        /// The cause in words.
        let text: String
        /// What the worker has written, as far as it belongs to this cause.
        let words: LastWords?

        /// The server's own actions take precedence, then the kernel's, then the worker's report.
        init(_ evidence: Evidence) {
            if let ordered = Self.ordered(evidence) {
                (cause, text) = ordered
                words = nil
            } else if evidence.signal != 0 {
                self = Self.signaled(evidence)
            } else {
                self = Self.exited(evidence)
            }
        }

        private init(_ cause: Cause, _ text: String, _ words: LastWords? = nil) {
            self.cause = cause
            self.text = text
            self.words = words
        }

        /// The server killed the worker. A worker that died by itself after it was told to end is a different case.
        private static func ordered(_ evidence: Evidence) -> (Cause, String)? {
            guard evidence.wasKilled, evidence.signal == SIGKILL else { return nil }
            if let fault = evidence.fault { return (.misbehavior, fault) }
            return switch evidence.reason {
            case .setupTimedOut:
                (.setupTimeout, "killed by the server, because setup() took longer than COG_SETUP_TIMEOUT")
            case .unresponsive(.timedOut):
                (
                    .predictionTimeout,
                    "killed by the server, because the model ignored for COG_CANCEL_GRACE that a prediction timed out"
                )
            case .unresponsive(.canceled):
                (.cancelIgnored, "killed by the server, because the model ignored a cancel for COG_CANCEL_GRACE")
            case .channelLost:
                (.channelClosed, "killed by the server, because the model had closed the worker's channel")
            case .shutdown, .recycled, .setupFailed, .misbehaved, nil: nil
            }
        }

        private static func signaled(_ evidence: Evidence) -> Finding {
            let signal = evidence.signal
            let name = "signal \(signal)" + (SignalName.of(signal).map { " (\($0))" } ?? "")
            switch (signal, evidence.lastWords?.reason) {
            case (SIGKILL, _) where evidence.isOutOfMemory:
                let limit = evidence.memoryLimitBytes.map { "; the limit is \(size($0))" } ?? ""
                return Finding(.outOfMemory, "killed by the kernel's OOM killer, \(name)\(limit)")
            case (SIGKILL, .channelClosed):
                // The worker has ended itself and the processes that the model started.
                return channelClosed
            case (SIGXCPU, _):
                let words = evidence.lastWords?.reason == .signal ? evidence.lastWords : nil
                return Finding(.limit, "exceeded its limit of processor time (RLIMIT_CPU), \(name)", words)
            case (SIGXFSZ, _): return Finding(.limit, "exceeded its limit of file sizes (RLIMIT_FSIZE), \(name)")
            case (SIGINT, .exception(let exception)):
                // The interpreter ends itself this way after a KeyboardInterrupt.
                return Finding(.exception, "ended by \(exception), \(name)", evidence.lastWords)
            default:
                let words = hasTraceback(signal) && evidence.lastWords?.reason == .signal ? evidence.lastWords : nil
                return Finding(.signal, "killed by \(name)", words)
            }
        }

        private static func exited(_ evidence: Evidence) -> Finding {
            let status = evidence.status
            switch evidence.lastWords?.reason {
            case .exception(let text) where text == "SystemExit" || text.hasPrefix("SystemExit:"):
                return Finding(.systemExit, "ended by \(text) with status \(status)", evidence.lastWords)
            case .exception(let text):
                return Finding(.exception, "ended by \(text) with status \(status)", evidence.lastWords)
            case .channelClosed where status == 0 || status == LastWordsText.channelClosedStatus:
                return channelClosed
            case .signal, .channelClosed, nil:
                return Finding(.exit, "exited with status \(status) without an exception, as os._exit(\(status)) does")
            }
        }

        private static var channelClosed: Finding {
            Finding(.channelClosed, "ended, because the model had closed the worker's channel")
        }

        /// The signals for which faulthandler's output belongs to this death.
        private static func hasTraceback(_ signal: Int32) -> Bool {
            [SIGSEGV, SIGFPE, SIGABRT, SIGBUS, SIGILL, SIGSYS, SIGTRAP].contains(signal)
        }
    }
}

/// Names of signals.
enum SignalName {
    /// The name of a signal; nil if it has none.
    static func of(_ signal: Int32) -> String? {
        names.first { $0.number == signal }?.name
    }

    private static let names: [(number: Int32, name: String)] = [
        (SIGHUP, "SIGHUP"), (SIGINT, "SIGINT"), (SIGQUIT, "SIGQUIT"), (SIGILL, "SIGILL"), (SIGTRAP, "SIGTRAP"),
        (SIGABRT, "SIGABRT"), (SIGBUS, "SIGBUS"), (SIGFPE, "SIGFPE"), (SIGKILL, "SIGKILL"), (SIGUSR1, "SIGUSR1"),
        (SIGSEGV, "SIGSEGV"), (SIGUSR2, "SIGUSR2"), (SIGPIPE, "SIGPIPE"), (SIGALRM, "SIGALRM"),
        (SIGTERM, "SIGTERM"), (SIGSTKFLT, "SIGSTKFLT"), (SIGXCPU, "SIGXCPU"), (SIGXFSZ, "SIGXFSZ"),
        (SIGVTALRM, "SIGVTALRM"), (SIGPROF, "SIGPROF"), (SIGPOLL, "SIGIO"), (SIGPWR, "SIGPWR"), (SIGSYS, "SIGSYS"),
    ]
}
