/// When workers are replaced.
struct WorkerVariables: VariableSection {
    let title = "Workers"
    let introduction =
        "Each worker finds its number, counted from 0, in `COG_WORKER_INDEX`. Recycling a worker means replacing it with a "
        + "new one. This happens to one idle worker at a time, so no request fails."

    let workerMaxPredictions = Variable(
        "COG_WORKER_MAX_PREDICTIONS", "none", "how many predictions a worker runs before it is recycled")
    let workerMaxResidentBytes = Variable(
        "COG_WORKER_MAX_RSS_BYTES", "none", "how much memory a worker may hold after a prediction before it is recycled"
    )
    let maxWorkerFailures = Variable(
        "COG_MAX_WORKER_FAILURES", "`8`",
        "after how many deaths in a row, before a worker is ready, the status is `DEFUNCT`; "
            + "[the server keeps trying](deployment.md#when-the-model-dies)")
    let polling = Variable(
        "COG_WORKER_POLLING", "`1`",
        "`0`: a worker sleeps as soon as it has answered, instead of first looking for the next request for a "
            + "moment")
    let libraryTunables = Variable(
        "GLIBC_TUNABLES", "`glibc.malloc.hugetlb=1` for forked workers",
        "settings of the C library; the default makes [forks](forking.md) several times as fast")
}
