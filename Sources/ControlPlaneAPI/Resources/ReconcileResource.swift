package import ControlPlane
import Environments

/// Body of `POST /v1/reconcile`.
package struct ReconcileBody: RequestBody, Codable, Sendable, Equatable {
    enum CodingKeys: CodingKey, CaseIterable { case dryRun }

    /// Only say what would be done.
    package var dryRun: Bool

    package init(dryRun: Bool) {
        self.dryRun = dryRun
    }
}

/// Answer of `POST /v1/reconcile`: the plan, and what came of it.
package struct ReconcileResource: Codable, Sendable, Equatable {
    package struct Step: Codable, Sendable, Equatable {
        /// `wake`, `remake`, `fail`, `delete` or `remove`.
        package var action: String
        /// `environment`, `directory`, `database` or `role`.
        package var kind: String
        package var name: String
        package var reason: String
        /// Why it could not be done; absent when it was, and in a dry run.
        package var problem: String?
        /// What it waits for; absent when it is taken now.
        package var waitsFor: String?

        package init(
            action: String, kind: String, name: String, reason: String, problem: String? = nil, waitsFor: String? = nil
        ) {
            self.action = action
            self.kind = kind
            self.name = name
            self.reason = reason
            self.problem = problem
            self.waitsFor = waitsFor
        }
    }

    package var dryRun: Bool
    /// In the order in which they are taken.
    package var steps: [Step]
    /// Steps that are not taken yet.
    package var waiting: [Step]

    package init(dryRun: Bool, steps: [Step], waiting: [Step]) {
        self.dryRun = dryRun
        self.steps = steps
        self.waiting = waiting
    }
}

extension ReconcileResource {
    package init(_ outcome: ReconcileOutcome) {
        self.init(
            dryRun: outcome.isDryRun,
            steps: zip(outcome.plan.steps, outcome.problems).map { Step($0, problem: $1?.message) },
            waiting: outcome.plan.waiting.map { Step($0.step, waitsFor: $0.cause.explanation) })
    }
}

extension ReconcileResource.Step {
    fileprivate init(_ step: ReconcilePlan.Step, problem: String? = nil, waitsFor: String? = nil) {
        let (kind, name) =
            switch step.subject {
            case .resource(let resource): (resource.kind.rawValue, resource.name)
            case .environment(_, let name): ("environment", name.text)
            }
        self.init(
            action: step.action.rawValue, kind: kind, name: name, reason: step.reason, problem: problem,
            waitsFor: waitsFor)
    }
}

extension ReconcilePlan.Waiting.Cause {
    fileprivate var explanation: String {
        switch self {
        case .firstSighting: "the next look"
        case .budget: "the next look: at most \(ReconcilePlan.budget) things are destroyed at once"
        }
    }
}
