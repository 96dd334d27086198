import DynamoModel
import Environments

extension AuroraPrices {
    /// Reads the file that `ENVCTL_AURORA_PRICES` names:
    /// `{"currency": "USD", "acu_hour": 0.12, "instance_hours": {"db.t4g.medium": 0.08}, "hourly_budget": 5}`.
    ///
    /// - Parameter path: nil or empty: costs are unknown, and nothing is refused for them.
    static func read(path: String?) throws(ControlError) -> AuroraPrices? {
        guard let path, !path.isEmpty else { return nil }
        guard let text = try PosixFile.readText(path), let value = try? JSONValue(parsing: Array(text.utf8)),
            let currency = value["currency"]?.stringValue, let acuHour = value["acu_hour"].flatMap(number), acuHour >= 0
        else {
            throw ControlError(
                .misconfigured, subject: path, "ENVCTL_AURORA_PRICES names no readable prices: \(path)",
                hint: "a JSON object with currency and acu_hour at least; docs/aurora.md shows one")
        }
        var prices = AuroraPrices(currency: currency, acuHour: acuHour)
        for member in value["instance_hours"]?.objectValue ?? [] {
            guard let price = number(member.value) else {
                throw ControlError(
                    .misconfigured, subject: path, "the price of \(member.name) in \(path) is not a number")
            }
            prices.instanceHours[member.name] = price
        }
        if let budget = value["hourly_budget"] {
            guard let amount = number(budget) else {
                throw ControlError(.misconfigured, subject: path, "hourly_budget in \(path) is not a number")
            }
            prices.hourlyBudget = amount
        }
        return prices
    }

    private static func number(_ value: JSONValue) -> Double? {
        guard case .number(let text) = value else { return nil }
        return Double(text)
    }
}
