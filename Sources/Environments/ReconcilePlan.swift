/// What to do so that what exists equals what is recorded, in both directions, as a value that can be printed,
/// compared and carried out.
///
/// Resources must have been listed **after** `Inputs.before` was read and **before** `Inputs.after` was. A record is
/// written before anything is made for it, so what was listed has its record in `after`, unless it is an orphan; and
/// what `before` and `after` agree on must be in the list, unless it is gone.
///
/// Nothing is done at first sight: only what the tick before saw too. What destroys something counts against a budget,
/// so that a wrong list of records (a restored backup, say) does its damage slowly enough to be noticed.
package struct ReconcilePlan: Hashable, Sendable {
    /// What it is about and what is to be done with it.
    package struct Step: Hashable, Sendable {
        package enum Action: String, Hashable, Sendable, CaseIterable {
            /// Make an environment due that has something to do and that nobody would look at.
            case wake
            /// Make an environment's role again; its data are there.
            case remake
            /// Give an environment up, whose data are gone: no server starts, and `reset` gives it new ones.
            case fail
            /// Delete an environment of which nothing is left that anybody could want.
            case delete
            /// Remove a resource that no record knows.
            case remove

            /// Whether it can do harm when the plan is wrong.
            package var destroys: Bool {
                switch self {
                case .wake, .remake: false
                case .fail, .delete, .remove: true
                }
            }
        }

        package enum Subject: Hashable, Sendable {
            case resource(FoundResource)
            case environment(EnvironmentID, EnvironmentName)
        }

        package var action: Action
        package var subject: Subject
        /// Why, as a clause for people.
        package var reason: String

        package init(_ action: Action, _ subject: Subject, reason: String) {
            self.action = action
            self.subject = subject
            self.reason = reason
        }

        package var sighting: Sighting { Sighting(action: action, subject: subject) }
    }

    /// That something was to be done, whatever the reason: what two ticks are compared by.
    package struct Sighting: Hashable, Sendable {
        package var action: Step.Action
        package var subject: Step.Subject
    }

    /// A step that is not taken yet.
    package struct Waiting: Hashable, Sendable {
        package enum Cause: String, Hashable, Sendable, CaseIterable {
            /// It is taken if the next tick sees it again.
            case firstSighting = "first sighting"
            /// Enough is destroyed in this tick.
            case budget
        }

        package var step: Step
        package var cause: Cause
    }

    /// To be carried out in this order.
    package var steps: [Step]
    package var waiting: [Waiting]

    /// What the next tick takes for seen.
    package var sightings: Set<Sighting> { Set(waiting.map(\.step.sighting)) }

    /// What a tick may destroy at most: more than a crash leaves behind, less than an installation holds.
    package static let budget = 50

    /// - Parameters:
    ///   - seen: the sightings of the tick before.
    ///   - trustsFirstSight: whether nobody else can have been at work, as at the start on records of one's own.
    package init(
        _ inputs: Inputs, seen: Set<Sighting>, trustsFirstSight: Bool = false, budget: Int = ReconcilePlan.budget
    ) {
        var left = budget
        (steps, waiting) = ([], [])
        for step in inputs.differences {
            guard trustsFirstSight || seen.contains(step.sighting) else {
                waiting.append(Waiting(step: step, cause: .firstSighting))
                continue
            }
            guard !step.action.destroys || left > 0 else {
                waiting.append(Waiting(step: step, cause: .budget))
                continue
            }
            if step.action.destroys { left -= 1 }
            steps.append(step)
        }
    }

    package var isEmpty: Bool { steps.isEmpty && waiting.isEmpty }
}

extension ReconcilePlan.Step: CustomStringConvertible {
    package var description: String { "\(action.rawValue) \(subject): \(reason)" }
}

extension ReconcilePlan.Step.Subject: CustomStringConvertible {
    package var description: String {
        switch self {
        case .resource(let resource): "\(resource.kind.rawValue) \(resource.name)"
        case .environment(_, let name): "environment \(name)"
        }
    }
}

extension ReconcilePlan: CustomStringConvertible {
    /// A line a step, those that wait after those that are taken.
    package var description: String {
        (steps.map(\.description) + waiting.map { "later (\($0.cause.rawValue)): \($0.step)" })
            .joined(separator: "\n")
    }
}
