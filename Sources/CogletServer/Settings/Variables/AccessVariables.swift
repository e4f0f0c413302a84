/// Who may use the server.
struct AccessVariables: VariableSection {
    let title = "Access"
    let introduction =
        "See [Access](deployment.md#access)."

    let apiKey = Variable(
        "COG_API_KEY", "none",
        "the key that requests must carry, or several, separated by commas. If the variable is set but contains no key, the "
            + "server doesn't start. The model's process doesn't see it")
}
