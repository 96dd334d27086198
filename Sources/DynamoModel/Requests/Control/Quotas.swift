/// How often capacity and class of a table may be changed ("Quotas in Amazon DynamoDB"). Times are unix seconds.
enum Quotas {
    static let day = 86_400.0
    /// Switches to on-demand within 24 hours ("Considerations when switching capacity modes").
    static let switchesPerDay = 4
    /// Changes of the table class within 30 days ("DynamoDB table classes").
    static let classChangesPerMonth = 2
    /// Decreases of a UTC day that may follow each other at any pace; each later one waits for an hour without one.
    static let freeDecreasesPerDay = 4
    static let decreaseInterval = 3_600.0

    /// Those of the last days.
    static func recent(_ times: [Double], now: Double, days: Double = 1) -> [Double] {
        times.filter { $0 > now - days * day }
    }

    static func checkSwitch(_ times: [Double], now: Double) throws(WireError) {
        let times = recent(times, now: now)
        guard times.count >= switchesPerDay else { return }
        throw WireError(
            .limitExceededException,
            "Subscriber limit exceeded: Update to PayPerRequest mode are limited to \(switchesPerDay) times in 1 day(s). "
                + "Last update at \(moment(times[times.count - 1])). "
                + "Next update can be made at \(moment(times[times.count - switchesPerDay] + day))")
    }

    static func checkClassChange(_ times: [Double], now: Double) throws(WireError) {
        let times = recent(times, now: now, days: 30)
        guard times.count >= classChangesPerMonth else { return }
        throw WireError(
            .limitExceededException,
            "Subscriber limit exceeded: Updates to TableClass are limited to \(classChangesPerMonth) times in 30 day(s). "
                + "Last update at \(moment(times[times.count - 1])). "
                + "Next update can be made at \(moment(times[times.count - classChangesPerMonth] + 30 * day))")
    }

    /// - Parameter target: `table` or `index NAME`.
    static func checkChange(from old: Throughput, to new: Throughput, _ target: String) throws(WireError) {
        guard old == new else { return }
        let place = target == "table" ? "table" : "index"
        throw .validation(
            "The provisioned throughput for the \(target) will not change. The requested value equals the current "
                + "value. Current ReadCapacityUnits provisioned for the \(place): \(old.readCapacityUnits). "
                + "Requested ReadCapacityUnits: \(new.readCapacityUnits). "
                + "Current WriteCapacityUnits provisioned for the \(place): \(old.writeCapacityUnits). "
                + "Requested WriteCapacityUnits: \(new.writeCapacityUnits). "
                + "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.")
    }

    /// Notes an increase or a decrease; lowering one of the units is a decrease.
    static func count(
        from old: Throughput, to new: Throughput, in history: inout TableDetails.ThroughputHistory, now: Double
    ) throws(WireError) {
        if new.readCapacityUnits > old.readCapacityUnits || new.writeCapacityUnits > old.writeCapacityUnits {
            history.lastIncrease = now
        }
        guard new.readCapacityUnits < old.readCapacityUnits || new.writeCapacityUnits < old.writeCapacityUnits else {
            return
        }
        let today = history.decreasesToday(now: now)
        if today.count >= freeDecreasesPerDay, let last = today.last, now - last < decreaseInterval {
            throw WireError(
                .limitExceededException,
                "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. "
                    + "After the first \(freeDecreasesPerDay) decreases, each subsequent decrease in the same UTC day "
                    + "can be performed at most once every \(Int(decreaseInterval)) seconds. "
                    + "Number of decreases today: \(today.count). Last decrease at \(moment(last)). "
                    + "Next decrease can be made at \(moment(last + decreaseInterval))")
        }
        history.decreases = recent(history.decreases, now: now, days: 2) + [now]
    }

    /// As the service writes times in messages: `Wednesday, July 25, 2018 at 6:15:06 PM Coordinated Universal Time`.
    static func moment(_ unixSeconds: Double) -> String {
        let seconds = Int(unixSeconds.rounded(.down))
        let days = seconds / 86_400
        let rest = seconds % 86_400
        let (year, month, dayOfMonth) = civil(days)
        let weekday = [
            "Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday",
        ][days % 7]
        let name = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ][month - 1]
        func pad(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let hour = rest / 3600
        let shown = hour % 12 == 0 ? 12 : hour % 12
        return "\(weekday), \(name) \(dayOfMonth), \(year) at \(shown):\(pad(rest / 60 % 60)):\(pad(rest % 60)) "
            + "\(hour < 12 ? "AM" : "PM") Coordinated Universal Time"
    }

    /// The date of a day since 1970 in the Gregorian calendar.
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        var year = 1970
        var left = days
        func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
        while left >= (isLeap(year) ? 366 : 365) {
            left -= isLeap(year) ? 366 : 365
            year += 1
        }
        let lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var month = 0
        while left >= lengths[month] {
            left -= lengths[month]
            month += 1
        }
        return (year, month + 1, left + 1)
    }
}

extension TableDetails.ThroughputHistory {
    /// Decreases since midnight, UTC.
    package func decreasesToday(now: Double) -> [Double] {
        let midnight = (now / Quotas.day).rounded(.down) * Quotas.day
        return decreases.filter { $0 >= midnight }
    }

    package var lastDecrease: Double? { decreases.last }
}
