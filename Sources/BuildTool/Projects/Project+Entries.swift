import ModelConfig
package import ModelSchema
import ToolBasics

extension Project {
    /// Checks that the configuration names what is asked for.
    ///
    /// - Throws: what to add.
    package func checkNames(_ kind: ModelDocument.Kind) throws(ProjectFailure) {
        let hasModel = !(config.predict ?? "").isEmpty
        let hasTraining = !(config.train ?? "").isEmpty
        if kind == .trainings ? hasTraining : hasModel { return }
        throw .noEntry(kind, config: configName, other: hasModel ? .predictions : hasTraining ? .trainings : nil)
    }
}
