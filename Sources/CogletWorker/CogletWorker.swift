/// The worker: runs the model in its own interpreter, on behalf of the `coglet` that started it.
///
/// The first thread serves the control channel; a second one becomes the interpreter's main thread.
@main
enum CogletWorker {
    static func main() {
        let options = WorkerOptions(arguments: CommandLine.arguments)
        options.limitDescriptors()
        let worker = WorkerRuntime(options: options)
        PythonThread.start(running: worker, options: options)
        worker.serveControlChannel()
    }
}
