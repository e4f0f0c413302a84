internal import CLibuv

extension EventLoop {
    /// Runs `work` on a thread of the pool, then `then` with its result on the loop.
    ///
    /// Use it for work that blocks (files, compression, encoding). A few such jobs run at once; the others wait.
    /// ``run()`` doesn't return before `then` was called. If the pool refuses the job, which happens only while the
    /// loop is being closed, the work runs synchronously.
    public func submit<Result: Sendable>(
        work: @escaping @Sendable () -> Result, then: @escaping (Result) -> Void
    ) {
        preconditionInEventLoop()
        let job = TypedJob(work: work, then: then)
        let request = UnsafeMutablePointer<uv_work_t>.allocate(capacity: 1)
        request.pointee.data = Unmanaged.passRetained(job as Job).toOpaque()  // balanced in the last callback
        let status = uv_queue_work(
            raw, request,
            { request in
                Unmanaged<Job>.fromOpaque(request!.pointee.data).takeUnretainedValue().runWork()
            },
            { request, _ in
                let job = Unmanaged<Job>.fromOpaque(request!.pointee.data).takeRetainedValue()
                request!.deallocate()
                job.finish()
            })
        guard status != 0 else { return }
        Unmanaged<Job>.fromOpaque(request.pointee.data).release()
        request.deallocate()
        job.runWork()
        job.finish()
    }
}

/// A job without its result type, for C.
///
/// It moves to a thread of the pool and back; libuv's queue orders the accesses, so there is no lock.
private class Job {
    func runWork() {}
    func finish() {}
}

private final class TypedJob<Result: Sendable>: Job {
    private let work: @Sendable () -> Result
    private let then: (Result) -> Void
    private var result: Result?

    init(work: @escaping @Sendable () -> Result, then: @escaping (Result) -> Void) {
        self.work = work
        self.then = then
    }

    override func runWork() {
        result = work()
    }

    override func finish() {
        guard let result else { preconditionFailure("a job was finished before its work was done") }
        then(result)
    }
}
