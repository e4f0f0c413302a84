import ArgumentParser
import Diagnostics
import Foundation
import Terminal
import ToolBasics

/// `cog doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check the project and this machine for problems.")

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The name of the config file.", valueName: "name"),
        completion: .configFiles)
    var file = "cog.yaml"

    @Flag(help: "Apply the fixes that are safe.")
    var fix = false

    @Flag(help: "Print the findings as JSON, each with code, severity, file, line, message, and fix.")
    var json = false

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let session = Session(global)
        if !json {
            session.console.warn("cog doctor is experimental: its checks and its output may change")
            session.console.info(fix ? "Running cog doctor --fix..." : "Running cog doctor...")
        }
        let doctor = Doctor(
            file: file, directory: FileManager.default.currentDirectoryPath, environment: session.environment,
            fixes: fix)
        let report = try await doctor.examine()
        if json {
            Console.result(report.json + "\n")
            if report.unfixedErrors > 0 { throw AlreadyReported() }
            return
        }
        for line in report.lines {
            switch line.kind {
            case .heading: session.console.plain("\n" + line.text)
            case .passed: session.console.success(line.text)
            case .warning: session.console.warn(line.text)
            case .error: session.console.error(line.text)
            case .detail: session.console.plain("  " + line.text)
            }
        }
        session.console.plain("")
        session.console.plain(report.summary)
        if report.unfixedErrors > 0 { throw AlreadyReported() }
    }
}
