import DynamoModel

/// Operations that are about the service and no table.
enum ServiceOperations {
    /// The endpoint to use, which SDKs with endpoint discovery follow. It is the one that the client found already:
    /// Amazon's own address would lead the environment's clients out of the environment.
    static func describeEndpoints(_ context: RequestContext) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.name("Endpoints")
        json.beginArray()
        json.beginObject()
        json.name("Address")
        json.string(context.host)
        json.name("CachePeriodInMinutes")
        json.number(1440)
        json.endObject()
        json.endArray()
        json.endObject()
        return json.bytes
    }

    /// The initial quotas of an account ("Service, account, and table quotas"). Nothing here is throttled by them.
    static func describeLimits() -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        for (name, units) in [
            ("AccountMaxReadCapacityUnits", 80_000), ("AccountMaxWriteCapacityUnits", 80_000),
            ("TableMaxReadCapacityUnits", 40_000), ("TableMaxWriteCapacityUnits", 40_000),
        ] {
            json.name(name)
            json.number(units)
        }
        json.endObject()
        return json.bytes
    }
}
