/// What AWS charges for clones, as an administrator states it: prices differ by region and change, so none is built in.
package struct AuroraPrices: Hashable, Sendable {
    /// E.g. `USD`.
    package var currency: String
    /// An Aurora capacity unit for an hour.
    package var acuHour: Double
    /// Instances of other classes than `db.serverless`, for an hour.
    package var instanceHours: [String: Double]
    /// What all clones together may cost an hour if each ran at its maximum; nil: no budget.
    package var hourlyBudget: Double?

    package init(
        currency: String, acuHour: Double, instanceHours: [String: Double] = [:], hourlyBudget: Double? = nil
    ) {
        self.currency = currency
        self.acuHour = acuHour
        self.instanceHours = instanceHours
        self.hourlyBudget = hourlyBudget
    }

    /// What a clone's instance costs an hour: at its least and at its most. Storage, input and output come on top and are
    /// not foreseen: they depend on what is written. Nil when the class has no price.
    package func hourly(_ source: AuroraSource) -> ClosedRange<Double>? {
        if source.isServerless { return source.minimumACU * acuHour...source.maximumACU * acuHour }
        return instanceHours[source.instanceClass].map { $0...$0 }
    }

    /// - Parameter running: the clones that there are, by their settings.
    /// - Throws: `quota` when one more could exceed the budget, or when its class has no price.
    package func admit(_ source: AuroraSource, running: [AuroraSource]) throws(ControlError) {
        guard let hourlyBudget else { return }
        guard let next = hourly(source)?.upperBound else {
            throw ControlError(
                .quota, subject: "aurora-budget",
                "the limit 'aurora-budget' cannot be kept: there is no price for \(source.instanceClass)",
                hint: "add it to the file that ENVCTL_AURORA_PRICES names")
        }
        let taken = running.reduce(0) { $0 + (hourly($1)?.upperBound ?? 0) }
        guard taken + next > hourlyBudget else { return }
        throw ControlError(
            .quota, subject: "aurora-budget",
            "the limit 'aurora-budget' leaves no room: clones may cost up to \(text(taken)) an hour already, one more "
                + "\(text(next)), and the budget is \(text(hourlyBudget))",
            hint:
                "delete environments that nobody needs, register the cluster with a lower --max-acu, or raise the budget"
        )
    }

    /// An amount with the currency, to a hundredth of a cent's order of size.
    package func text(_ amount: Double) -> String {
        let scaled = (amount * 1000).rounded()
        let whole = Int64(scaled) / 1000
        let rest = String(abs(Int64(scaled) % 1000))
        return "\(whole).\(String(repeating: "0", count: 3 - rest.count))\(rest) \(currency)"
    }
}

/// What an environment of an Aurora cluster costs.
package struct AuroraCost: Hashable, Sendable {
    package var currency: String
    /// An hour, at the least and at the most.
    package var hourly: ClosedRange<Double>
    /// Since it was asked for, at the most.
    package var spent: Double
    /// By its deadline, at the most.
    package var forecast: Double

    package init(_ source: AuroraSource, _ prices: AuroraPrices, since: Timestamp, until: Timestamp, now: Timestamp) {
        let hourly = prices.hourly(source) ?? 0...0
        currency = prices.currency
        self.hourly = hourly
        let hour = 3_600_000_000.0
        spent = hourly.upperBound * max(0, Double((now - since).microseconds)) / hour
        forecast = hourly.upperBound * max(0, Double((until - since).microseconds)) / hour
    }
}
