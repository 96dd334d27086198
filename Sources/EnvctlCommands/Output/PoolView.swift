package import ControlPlaneAPI

/// How warm pools read to people.
package enum PoolView {
    package static func details(_ pool: PoolResource) -> String {
        var fields = FieldList()
        fields.add("snapshot", pool.generation.map { "\(pool.snapshot), generation \($0)" } ?? pool.snapshot)
        fields.add("size", "\(pool.size)" + (pool.isDefault ? " (default)" : ""))
        fields.add("ready", String(pool.ready))
        fields.add("making", String(pool.making))
        fields.add("held", pool.held)
        fields.add("reason", pool.reason)
        fields.add("failures", pool.failures > 0 ? String(pool.failures) : nil)
        fields.add("next try", pool.retryAt)
        return fields.render()
    }

    /// One line, for where a pool is one fact among others.
    package static func line(_ pool: PoolResource) -> String {
        guard pool.size > 0 || pool.ready > 0 else { return "off" }
        var text = "\(pool.ready) of \(pool.size) ready"
        if pool.making > 0 { text += ", \(pool.making) in the making" }
        if let why = pool.reason.map({ "the last refill failed: \($0)" }) ?? pool.held { text += " (\(why))" }
        return text
    }
}
