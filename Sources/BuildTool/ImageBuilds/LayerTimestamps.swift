import ChildProcesses
import ContainerEngine
import Foundation
import ModelConfig
import ToolBasics

/// Stamps an image's own layers with a fixed time, so that equal builds have equal digests.
///
/// Builders that can do it themselves need Docker 25 with containerd's image store; this works with every engine. The
/// image is saved, rewritten by its own Python, and loaded again.
struct LayerTimestamps {
    let engine: Engine
    /// The scratch directory of the build.
    let directory: String

    /// Rewrites the image under its name.
    ///
    /// - Parameters:
    ///   - base: the image below it, whose layers stay as they are; nil where it isn't known.
    ///   - seconds: since 1970; what is older stays older.
    func rewrite(_ image: String, base: String?, to seconds: Int) async throws {
        let client = engine.client
        let saved = directory + "/saved.tar"
        let stamped = directory + "/stamped.tar"
        let before = try await answer(["image", "inspect", "--format", "{{.Id}}", image])
        var kept: [String] = []
        if let base {
            let layers = try await answer(["image", "inspect", "--format", "{{join .RootFS.Layers \" \"}}", base])
            kept = layers.split(separator: " ").map(String.init)
        }
        _ = try await answer(["save", "--output", saved, image])
        let run = ["run", "--rm", "--interactive", "--platform", "linux/amd64", "--network", "none"]
        let status = try await client.filter(
            run + ["--entrypoint", "python", image, "-c", Self.script, String(seconds)] + kept, from: saved,
            to: stamped)
        guard status == 0 else { throw BuildFailure.noTimestamps(said: nil) }
        _ = try await answer(["load", "--input", stamped])
        await engine.removeImage(before)
    }

    private func answer(_ arguments: [String]) async throws -> String {
        let answer = try await engine.client.answer(arguments)
        guard answer.succeeded else { throw BuildFailure.noTimestamps(said: answer.text) }
        return answer.output.trimmingSpaces
    }

    /// Reads a saved image on standard input and writes the stamped one to standard output.
    private static let script = """
        import datetime, hashlib, json, os, sys, tarfile, tempfile

        limit, kept = int(sys.argv[1]), set(sys.argv[2:])
        stamp = datetime.datetime.fromtimestamp(limit, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


        def stamped(path):
            with tarfile.open(path) as old, tarfile.open(path + ".new", "w", format=tarfile.PAX_FORMAT) as new:
                for member in old:
                    member.mtime = min(int(member.mtime), limit)
                    for name in ("mtime", "atime", "ctime"):
                        member.pax_headers.pop(name, None)
                    new.addfile(member, old.extractfile(member) if member.isreg() else None)
            return path + ".new"


        def digest(path):
            found = hashlib.sha256()
            with open(path, "rb") as file:
                while data := file.read(1 << 20):
                    found.update(data)
            return found.hexdigest()


        with tempfile.TemporaryDirectory() as folder:
            with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as saved:
                saved.extractall(folder)
            with open(os.path.join(folder, "manifest.json")) as file:
                [entry] = json.load(file)
            with open(os.path.join(folder, entry["Config"])) as file:
                config = json.load(file)
            files = {}
            identities = config["rootfs"]["diff_ids"]
            for index, name in enumerate(entry["Layers"]):
                path = os.path.realpath(os.path.join(folder, name))
                if identities[index] not in kept:
                    path = stamped(path)
                    identities[index] = "sha256:" + digest(path)
                files[identities[index].split(":")[1] + ".tar"] = path
            config["created"] = min(config["created"], stamp)
            for step in config.get("history", []):
                step["created"] = min(step.get("created", stamp), stamp)
            entry["Layers"] = [identity.split(":")[1] + ".tar" for identity in identities]
            entry["Config"] = "config.json"
            for name, value in (("config.json", config), ("manifest.json", [entry])):
                files[name] = os.path.join(folder, "new-" + name)
                with open(files[name], "w") as file:
                    json.dump(value, file)
            with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as new:
                for name, path in files.items():
                    new.add(path, name)
        """
}
