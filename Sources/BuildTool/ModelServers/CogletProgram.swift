import ChildProcesses
import Foundation
import ImagePlans
import Projects
import ToolBasics

/// The program `coglet` for this machine, to which this program leaves what it can't do itself: it has no TLS.
package struct CogletProgram: Sendable, Equatable {
    /// Its path.
    package let path: String

    /// Where to look, best first, as far as files tell.
    enum Place: Equatable {
        /// `COGLET_BINARY` names it.
        case named(String)
        /// It lies beside this program.
        case beside(String)
        /// The wheel that this program puts into images has it.
        case wheel(String)
    }

    /// Finds the program: `COGLET_BINARY`, then the folder of this program, then the wheel that it came with, which is unpacked
    /// once into the user's cache.
    ///
    /// - Parameter executable: the absolute path of this program.
    /// - Throws: `CogletFailure` if there is none.
    package static func find(
        _ environment: [String: String], executable: String
    ) async throws -> CogletProgram {
        let directories = BuildPlanner.directories(near: executable)
        let isProgram = { (path: String) in FileManager.default.isExecutableFile(atPath: path) }
        let place = place(
            environment, executable: executable, wheel: PackageSources.wheels("coglet", in: directories).first,
            isProgram: isProgram)
        switch place {
        case .named(let path):
            guard isProgram(path) else { throw CogletFailure.notAProgram(path) }
            return CogletProgram(path: path)
        case .beside(let path): return CogletProgram(path: path)
        case .wheel(let wheel): return CogletProgram(path: try await unpacked(wheel, environment))
        case nil:
            throw CogletFailure.notFound(beside: executable, directories: directories)
        }
    }

    static func place(
        _ environment: [String: String], executable: String, wheel: String?, isProgram: (String) -> Bool
    ) -> Place? {
        if let named = environment[.server], !named.isEmpty { return .named(named) }
        let folder = URL(fileURLWithPath: executable).resolvingSymlinksInPath().deletingLastPathComponent().path
        let beside = folder + "/coglet"
        if isProgram(beside) { return .beside(beside) }
        return wheel.map { .wheel($0) }
    }

    // MARK: - From the wheel

    /// The program's path in the unpacked wheel.
    private static let inWheel = "coglet/bin/coglet"

    private static func unpacked(_ wheel: String, _ environment: [String: String]) async throws -> String {
        let folder = cacheFolder(wheel, environment)
        let program = folder + "/" + inWheel
        if FileManager.default.isExecutableFile(atPath: program) { return program }
        // Another command may be doing the same: each unpacks into a folder of its own, and one of them stays.
        let own = "\(folder).\(ProcessInfo.processInfo.processIdentifier)"
        let code = """
            import os, sys, zipfile
            zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])
            os.chmod(os.path.join(sys.argv[2], "\(inWheel)"), 0o755)
            """
        var failure = "no Python was found on PATH"
        for python in PythonInterpreters.found(environment) {
            if Task.isCancelled { throw Interrupted() }
            // An interpreter that can't be started is skipped.
            guard let answer = try? await Tool(python).answer(["-I", "-S", "-c", code, wheel, own]) else { continue }
            if answer.succeeded {
                // Fails where another command was faster.
                try? FileManager.default.moveItem(atPath: own, toPath: folder)
                try? FileManager.default.removeItem(atPath: own)
                if FileManager.default.isExecutableFile(atPath: program) { return program }
            }
            failure = answer.text.split(whereSeparator: \.isNewline).last.map(String.init) ?? "\(python) failed"
        }
        try? FileManager.default.removeItem(atPath: own)
        throw CogletFailure.notUnpacked(wheel, into: folder, reason: failure)
    }

    /// A folder for this very wheel: one that is rebuilt under the same name gets another.
    private static func cacheFolder(_ wheel: String, _ environment: [String: String]) -> String {
        let given = environment[.cacheDirectory] ?? ""
        let cache = given.hasPrefix("/") ? given : (environment[.home] ?? "/tmp") + "/.cache"
        let attributes = try? FileManager.default.attributesOfItem(atPath: wheel)
        let time = Int((attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0)
        let size = (attributes?[.size] as? Int) ?? 0
        return "\(cache)/cog/coglet-\(ProgramVersion.current)-\(time)-\(size)"
    }
}
