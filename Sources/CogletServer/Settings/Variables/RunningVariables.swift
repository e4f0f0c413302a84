/// What the server runs.
struct RunningVariables: VariableSection {
    let title = "What runs"
    let introduction =
        "A *worker* is a process that runs the model. A *slot* is its room for one prediction: a prediction takes a "
        + "slot when it starts and frees it when it ends."

    let model = Variable(
        "COG_PREDICT_TYPE_STUB", "", "the model, such as `run.py:Runner`; images built by `cog` set it")
    let training = Variable(
        "COG_TRAIN_TYPE_STUB", "", "the training that `--x-mode train` serves, such as `train.py:train`")
    let port = Variable("PORT", "`5000`", "the port to listen on. `0` lets the kernel choose one; the log names it")
    let weights = Variable("COG_WEIGHTS", "", "the text that is passed to `setup(weights)`")
    let program = Variable(
        "COGLET_BINARY", "the installed one",
        "the path of the server's program, `coglet`; `coglet-worker` must be next to it")
    let maxConcurrency = Variable(
        "COG_MAX_CONCURRENCY", "`1`, or what `@concurrent` sets",
        "how many predictions, or batches, each worker runs at a time. Above 1, the model must be asynchronous or "
            + "declared with `threads=True`")
    let workers = Variable(
        "COG_WORKERS", "`1`",
        "how many processes run the model. `auto` means one for each GPU, at least one. A prediction goes to the worker with "
            + "the most free slots. `cog.yaml`: `concurrency.workers`")
    let workerStart = Variable(
        "COG_WORKER_START", "`spawn`",
        "`fork`: workers are [forked](forking.md) from one that has run `setup()`. `fork-after-import`: from one that has "
            + "imported the model. `cog.yaml`: `concurrency.start`")
    let standby = Variable(
        "COG_STANDBY", "`0`",
        "`1`: one more worker, the [standby](forking.md#standby), is set up in advance and takes the place of one that "
            + "dies")
    let devices = Variable(
        "CUDA_VISIBLE_DEVICES", "all",
        "the GPUs that this server may use. Several workers get equal shares of them")
}
