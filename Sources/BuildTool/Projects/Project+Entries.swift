import ModelConfig
package import ModelSchema
package import ToolBasics

extension Project {
    /// Checks that the configuration names what is asked for.
    ///
    /// - Throws: `CogError.config`, which says what to add.
    package func checkNames(_ kind: ModelDocument.Kind) throws(CogError) {
        let hasModel = !(config.predict ?? "").isEmpty
        let hasTraining = !(config.train ?? "").isEmpty
        if kind == .trainings ? hasTraining : hasModel { return }
        let missing =
            hasModel
            ? "\(configName) names no training"
            : hasTraining
                ? "\(configName) doesn't name a model for predictions"
                : "no predict or train reference found in \(configName)"
        let line = kind == .trainings ? "train: \"train.py:train\"" : "run: \"run.py:Runner\""
        throw .config(["\(missing): add \(line), the file and what to call in it"])
    }
}
