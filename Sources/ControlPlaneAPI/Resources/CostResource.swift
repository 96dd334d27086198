package import Environments

/// What an environment of an Aurora cluster costs, by the prices that the control plane was given. Storage and I/O come on
/// top.
package struct CostResource: Codable, Sendable, Equatable {
    package var currency: String
    /// Asleep or idle.
    package var hourlyLeast: Double
    /// At its largest capacity.
    package var hourlyMost: Double
    /// Since it was asked for, at the most.
    package var spentMost: Double
    /// By its deadline, at the most.
    package var forecastMost: Double

    package init(_ cost: AuroraCost) {
        currency = cost.currency
        hourlyLeast = cost.hourly.lowerBound
        hourlyMost = cost.hourly.upperBound
        spentMost = cost.spent
        forecastMost = cost.forecast
    }
}

/// What clones may cost an hour at the most: `all` of them, each owner's and each label's.
package struct CostSumResource: Codable, Sendable, Equatable {
    package var of: String
    package var hourlyMost: Double
    package var currency: String

    package init(of: String, hourlyMost: Double, currency: String) {
        self.of = of
        self.hourlyMost = hourlyMost
        self.currency = currency
    }
}
