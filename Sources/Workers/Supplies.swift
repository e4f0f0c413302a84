internal import Telemetry

/// What the server provides for the start of a worker.
struct Supplies {
    let folders: any WorkerFolders
    /// Descriptors for the next start, so that it can't fail for lack of them.
    let reserve = DescriptorReserve(count: WorkerPool.descriptorsToStart)

    /// Makes the spans of setups; nil if tracing is off.
    let tracer: Tracer?

    init(_ folders: any WorkerFolders, _ tracer: Tracer?) {
        self.folders = folders
        self.tracer = tracer
        reserve.refill()
    }
}
