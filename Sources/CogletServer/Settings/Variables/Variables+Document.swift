extension Variables {
    /// The text of `docs/environment.md`.
    static var document: String {
        var text = "<!-- Made by `make docs` from Sources/CogletServer/Settings/Variables. -->\n"
        text += "# Environment variables and flags of the server\n"
        for section in sections {
            text += "\n## \(section.title)\n\n"
            if !section.introduction.isEmpty { text += section.introduction + "\n\n" }
            text += "| variable | default | |\n| --- | --- | --- |\n"
            for variable in section.variables {
                text += "| `\(variable.name)` | \(variable.standard) | \(variable.text) |\n"
            }
            if !section.remark.isEmpty { text += "\n" + section.remark + "\n" }
        }
        text += """

            The model's process sees the whole environment, except that `TMPDIR` is a separate folder below the server's. The folder exists \
            as long as the process. Put files that should outlive a crash elsewhere.

            """
        text += "\n## Flags of `python -m cog.server.http`\n\n| flag | |\n| --- | --- |\n"
        for flag in flags { text += "| `\(flag.name)` | \(flag.text) |\n" }
        return text + """

            Exit status: 0 after SIGTERM, SIGHUP, or `POST /shutdown`; 130 (killed by SIGINT) after Ctrl-C; 1 if the server can't start (no model named, a \
            bad `PORT`, a port that is taken, no libpython, too low a limit of open files); 2 for an invalid command line, including an unusable `--upload-url`. A model that can't be loaded, fails, or crashes never ends \
            the server.

            """
    }
}
