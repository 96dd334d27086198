package import ControlPlaneAPI
import Environments

/// How costs read to people.
package enum CostView {
    package static func line(_ cost: CostResource) -> String {
        let prices = AuroraPrices(currency: cost.currency, acuHour: 0)
        return "\(prices.text(cost.hourlyLeast)) to \(prices.text(cost.hourlyMost)) an hour, at the most "
            + "\(prices.text(cost.spentMost)) so far and \(prices.text(cost.forecastMost)) by its deadline"
    }

    package static func table(_ sums: [CostSumResource]) -> String {
        var table = TextTable(["CLONES AT AWS", "AN HOUR AT THE MOST"])
        for sum in sums {
            table.add([sum.of, AuroraPrices(currency: sum.currency, acuHour: 0).text(sum.hourlyMost)])
        }
        return table.render()
    }
}
